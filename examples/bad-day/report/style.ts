/** The styles that only this report needs. */
export const reportStyle = `
.row { display: grid; grid-template-columns: 10rem 1fr 16rem; gap: 0 1rem; align-items: center; margin: .45rem 0; }
.row > span { white-space: nowrap; font-size: .95rem; }
.bar { display: flex; height: 2.1rem; }
.bar span { color: #fff; font-weight: 600; text-align: center; line-height: 2.1rem; min-width: 1.6rem; }
@media (max-width: 50rem) { .row { grid-template-columns: 1fr; } }
.once, .answered { fill: var(--good); background: var(--good); }
.not-placed, .refused { fill: var(--grey); background: var(--grey); }
.unknown, .limited, .waiting { fill: var(--amber); background: var(--amber); }
.second, .broken { fill: var(--red); background: var(--red); }
.wrong, .silent { fill: var(--violet); background: var(--violet); }
.running { fill: var(--blue); background: var(--blue); }
`;
