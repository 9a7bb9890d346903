// Exits with an error unless it runs on the Node major named on the command line, so that a version matrix cannot
// silently test the same Node three times.
const [wanted] = process.argv.slice(2);
const [major] = process.versions.node.split('.');
console.log(`Node ${process.version}`);
if (major !== wanted) throw new Error(`Cannot test on Node ${wanted}: this is Node ${process.version}`);
