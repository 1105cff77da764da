// Inside the Worker of one contender: /poll?count= does that many polls, and the first request gets the first configuration.

export function host({ open }) {
  let opened;
  return {
    async fetch(request, { ENDPOINT }) {
      try {
        opened ??= await open(ENDPOINT);
        const { pathname, searchParams } = new URL(request.url);
        if (pathname === "/poll") for (let i = 0; i < Number(searchParams.get("count")); i++) await opened.poll();
        return new Response(JSON.stringify(opened.read()) ?? "");
      } catch (error) {
        return new Response(error.stack, { status: 500 });
      }
    },
  };
}
