// A clock that can be set ahead. Our client asks for nothing before the interval is over, so between two polls the bench lets an interval
// pass. Timers run on the host's own clock and do not notice; those of the next poll are set anew by each poll, as they always are.

let ahead = 0;
const monotonic = performance.now.bind(performance);
const wall = Date.now;
Object.defineProperty(performance, "now", { value: () => monotonic() + ahead, configurable: true, writable: true });
Date.now = () => wall() + ahead;

export const advance = (milliseconds) => {
  ahead += milliseconds;
};
