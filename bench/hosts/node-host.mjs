// Inside the Node process of one contender: does what its parent says, and tells what it cost.

export function host({ open }) {
  let opened;
  const orders = {
    open: async ({ endpoint }) => (opened = await open(endpoint)) && {},
    /** The CPU time of the whole process, its helpers' (garbage collection, compilation) with it. */
    async poll({ count, reads }) {
      const before = process.cpuUsage();
      for (let i = 0; i < count; i++) {
        await opened.poll();
        if (reads) opened.read();
      }
      const { user, system } = process.cpuUsage(before);
      return { microseconds: (user + system) / count };
    },
    read: async () => ({ value: JSON.stringify(opened.read()) }),
  };
  process.on("message", async ({ order, ...more }) => {
    try {
      process.send(await orders[order](more));
    } catch (error) {
      process.send({ error: error.stack });
    }
  });
  process.on("disconnect", () => process.exit());
}
