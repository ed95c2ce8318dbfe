// Print the statement with which Graphile Worker fetches one job, as the installed package itself makes it.
import { createRequire } from "node:module";

const { batchGetJobs } = createRequire(`${process.argv[2]}/`)("graphile-worker/dist/sql/getJobs.js");
const options = {
  escapedWorkerSchema: '"graphile_worker"',
  workerSchema: "graphile_worker",
  resolvedPreset: { worker: { preparedStatements: true, useNodeTime: false } },
};
const details = createRequire(`${process.argv[2]}/`)("graphile-worker/dist/taskIdentifiers.js");
details.getTaskDetails = () => ({ taskIds: [1], supportedTaskIdentifierByTaskId: {} });
const client = { withRetries: async (send) => send({ query: async ({ text }) => (console.log(text), { rows: [] }) }) };
await batchGetJobs(options, client, { any: () => {} }, "worker", [], 1);
