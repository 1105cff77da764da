// Inside a process or a page that does one thing: it gets the first configuration and hands it over. `hand` differs by host.

export function host({ open }) {
  return async (endpoint, hand) => {
    try {
      const opened = await open(endpoint);
      hand(JSON.stringify(opened.read()) ?? "");
    } catch (error) {
      hand(`failed: ${error.stack}`);
    }
  };
}
