// Who asks the emulator, in a process of its own: `node load.mjs URL SESSIONS`, then for each number that it is sent so many polls. Over bare
// sockets, because `fetch` costs more than the emulator's answer. Each session polls in turn with its own token, each token once, and none
// before its interval is over; whatever is not an unchanged 200 (after each session's first poll) ends the run.

import net from "node:net";

const [url, wanted] = process.argv.slice(2);
const { hostname, port } = new URL(url);
/** One request at a time on each. */
const CONNECTIONS = 32;
/** What `--interval 1` says, and a little more: the emulator's clock counts whole milliseconds. */
const INTERVAL = 1005;

const body = JSON.stringify({ ApplicationIdentifier: "shop", EnvironmentIdentifier: "prod", ConfigurationProfileIdentifier: "flags" });
const opening = `POST /configurationsessions HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const poll = (token) => `GET /configuration?configuration_token=${encodeURIComponent(token)} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`;

/** In the order in which they may be asked: `{ token, due, polled }`. A ring, because shifting a long array is not free. */
const sessions = new Array(Number(wanted));
let [head, waiting] = [0, 0];
const put = (session) => (sessions[(head + waiting++) % sessions.length] = session);
function take() {
  const session = sessions[head];
  [head, waiting] = [(head + 1) % sessions.length, waiting - 1];
  return session;
}

function fail(message) {
  process.send({ error: message }, () => process.exit(1));
}

/** A connection: `ask(text)` resolves with the answer's head and body, as text. */
function connect() {
  const socket = net.connect({ host: hostname, port: Number(port), noDelay: true });
  let [received, settle] = ["", undefined];
  socket.setEncoding("latin1");
  socket.on("data", (part) => {
    received += part;
    const end = received.indexOf("\r\n\r\n");
    if (end < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(received)[1]);
    if (received.length < end + 4 + length) return;
    const answer = { head: received.slice(0, end + 2), body: received.slice(end + 4) };
    received = "";
    settle(answer);
  });
  socket.on("error", (error) => fail(`the connection broke: ${error.code}`));
  socket.on("close", () => fail("the emulator closed a connection"));
  return (text) =>
    new Promise((resolve) => {
      settle = resolve;
      socket.write(text);
    });
}

async function open(ask) {
  const answer = await ask(opening);
  if (!answer.head.startsWith("HTTP/1.1 201 ")) throw new Error(`no session: ${answer.head.split("\r\n")[0]} ${answer.body}`);
  put({ token: JSON.parse(answer.body).InitialConfigurationToken, due: 0, polled: false });
}

async function pollOnce(ask) {
  const session = take();
  const wait = session.due - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, Math.ceil(wait)));
  const { head, body: content } = await ask(poll(session.token));
  const token = /\r\nnext-poll-configuration-token: ([^\r]+)/i.exec(head)?.[1];
  if (!head.startsWith("HTTP/1.1 200 ") || !token || token === session.token || (content === "") !== session.polled) {
    throw new Error(`unexpected: ${head.split("\r\n")[0]} ${content}`);
  }
  put({ token, due: performance.now() + INTERVAL, polled: true });
}

/** Does `act` so often, on all connections at once. */
async function times(count, act) {
  let left = count;
  const work = async (ask) => {
    while (left-- > 0) await act(ask);
  };
  await Promise.all(connections.map(work));
}

const connections = Array.from({ length: CONNECTIONS }, connect);
const told = (promise, done) => promise.then(done, (error) => fail(error.message));
told(times(sessions.length, open), () => process.send({ ready: true }));
process.on("message", (count) => {
  const start = performance.now();
  told(times(count, pollOnce), () => process.send({ seconds: (performance.now() - start) / 1000 }));
});
process.on("disconnect", () => process.exit());
