// The same in Node, with the AWS SDK for JavaScript v3 (npm install @aws-sdk/client-lambda).

const { InvokeCommand, LambdaClient } = require("@aws-sdk/client-lambda");

const client = new LambdaClient({});

const UNITS = Number(process.env.UNITS ?? 100);
const UNIT_SECONDS = Number(process.env.UNIT_SECONDS ?? 0.1);
const HAND_OVER_MS = Number(process.env.HAND_OVER_MS ?? 500);
const MAX_HOPS = 20; // the chain's own stop condition, whatever goes wrong

/** `{"taskId": "t1", "cursor": 40, "hop": 3}`: the units before `cursor` are done. */
exports.handler = async (event, context) => {
  const { taskId, hop = 1 } = event;
  let { cursor = 0 } = event;
  const first = cursor;
  while (cursor < UNITS) {
    if (context.getRemainingTimeInMillis() < HAND_OVER_MS) {
      if (hop >= MAX_HOPS) {
        throw new Error(`${taskId} is not done after ${hop} invocations`);
      }
      await handOver(context, { ...event, cursor, hop: hop + 1 });
      return { taskId, status: "CONTINUED", processed: cursor, units: [first, cursor], hop };
    }
    await work(cursor);
    cursor += 1;
  }
  return { taskId, status: "DONE", processed: cursor, units: [first, cursor], hop };
};

const work = () => new Promise((done) => setTimeout(done, UNIT_SECONDS * 1000));

/** 202 at once; the next invocation has a request id and a time of its own. */
async function handOver(context, event) {
  const answer = await client.send(
    new InvokeCommand({
      FunctionName: event.by === "arn" ? context.invokedFunctionArn : context.functionName,
      InvocationType: "Event",
      Payload: JSON.stringify(event),
    }),
  );
  if (answer.StatusCode !== 202) {
    throw new Error(`status ${answer.StatusCode}`);
  }
}
