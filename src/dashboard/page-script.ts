/** What runs in the browser: it puts the parts that the server sends in their places, unless it is paused. */
export const pageScript = `
'use strict';
const connection = document.getElementById('connection');
const button = document.getElementById('pause');
const waiting = new Map();
let paused = false;
const say = (text) => { if (connection.textContent !== text) connection.textContent = text; };
const show = () => {
  for (const [name, html] of waiting) document.getElementById(name).innerHTML = html;
  waiting.clear();
};
let events;
const listen = () => {
  events = new EventSource('page-events');
  events.onopen = () => say(paused ? 'Paused.' : 'Live.');
  events.onerror = () => {
    if (events.readyState !== EventSource.CLOSED)
      return say('The program does not answer: it has ended, or is busy. Trying again.');
    // A browser does not try again after a refusal.
    say('Refused: too many viewers, or another program answers at this address. The page is not updated. Trying again.');
    setTimeout(listen, 5000);
  };
  events.onmessage = ({ data }) => {
    for (const [name, html] of Object.entries(JSON.parse(data))) waiting.set(name, html);
    if (!paused) show();
  };
};
listen();
button.onclick = () => {
  paused = !paused;
  button.textContent = paused ? 'Go on' : 'Pause';
  say(paused ? 'Paused.' : 'Live.');
  if (!paused) show();
};
`;
