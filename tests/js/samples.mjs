// Clients of the samples, with the AWS SDK for JavaScript v3 and fetch.
//
//   node samples.mjs NAME [URL]      NAME is a sample's, URL that of its REST API
//
// AWS_ENDPOINT_URL and credentials come from the environment.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { argv, env } from "node:process";

import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import {
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  RunTaskCommand,
  waitUntilTasksStopped,
} from "@aws-sdk/client-ecs";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListStateMachinesCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
} from "@aws-sdk/client-sfn";
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import WebSocket from "ws";

const [name, url] = argv.slice(2);
const ORDER = { reportDate: "2021-01-01", reportType: "COFFEE_SALES" };

async function post(path, body, status = 201) {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
  const text = await answer.text();
  assert.equal(answer.status, status, text);
  return { answer, body: JSON.parse(text) };
}

async function get(path, status = 200) {
  const answer = await fetch(url + path);
  assert.equal(answer.status, status);
  return answer.json();
}

/** Polls until `done` holds; gives every answer on the way. */
async function poll(ask, done) {
  const seen = [await ask()];
  while (!done(seen.at(-1))) {
    await new Promise((tick) => setTimeout(tick, 10));
    seen.push(await ask());
  }
  return seen;
}

const samples = {
  async task_manager() {
    const { body } = await post("/tasks", { tenantId: "t1", type: "EXPORT", requestPayload: { from: "2024-01-01" } });
    const seen = await poll(
      () => get(`/tasks/t1/${body.taskId}`),
      ({ status }) => status === "SUCCESSFUL",
    );
    assert.deepEqual([...new Set(seen.map(({ status }) => status))].at(-1), "SUCCESSFUL");
    assert.match(seen.at(-1).result, /^Export completed at /);
    const Key = { tenantId: { S: "t1" }, taskId: { S: body.taskId } };
    const { Item } = await new DynamoDBClient().send(new GetItemCommand({ TableName: "TaskStatus", Key }));
    assert.deepEqual([Item.status, Item.type], [{ S: "SUCCESSFUL" }, { S: "EXPORT" }]);
    assert.deepEqual(await get(`/tasks/t2/${body.taskId}`, 404), { error: "Task not found" });
    assert.deepEqual(await get("/nothing", 403), { message: "Missing Authentication Token" });
  },

  async rest_polling() {
    const { answer, body } = await post("/api/v1/report", ORDER);
    const place = answer.headers.get("location");
    assert.equal(place, `/api/v1/report/${answer.headers.get("x-amzn-requestid")}`);
    assert.equal(body.completed, false);
    const seen = await poll(() => get(place), ({ completed }) => completed);
    const pdf = await fetch(seen.at(-1).pdfUri);
    assert.equal(pdf.status, 200);
    const Key = `${place.split("/").at(-1)}.pdf`;
    const stored = await new S3Client({ forcePathStyle: true }).send(new GetObjectCommand({ Bucket: "report-files", Key }));
    assert.equal(await stored.Body.transformToString(), await pdf.text());
  },

  async webhook() {
    const received = [];
    let confirm;
    const confirmed = new Promise((done) => (confirm = done));
    const server = createServer(async (request, response) => {
      const parts = [];
      for await (const part of request) parts.push(part);
      const message = JSON.parse(Buffer.concat(parts).toString());
      if (message.Type === "SubscriptionConfirmation") {
        assert.equal(request.headers["x-amz-sns-message-type"], message.Type);
        await (await fetch(message.SubscribeURL)).text();
        confirm();
      } else received.push(message);
      // The first two notifications are refused.
      response.writeHead(message.Type === "Notification" && received.length < 3 ? 500 : 200).end();
    });
    await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
    const sns = new SNSClient();
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "ready" }));
    const Endpoint = `http://127.0.0.1:${server.address().port}/hook`;
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: "http", Endpoint }));
    await confirmed;
    const Message = JSON.stringify({ id: "123", completed: true, pdfUri: "https://example.com/123.pdf" });
    const { MessageId } = await sns.send(new PublishCommand({ TopicArn, Message }));
    await poll(() => received.length, (count) => count === 3);
    assert.deepEqual(new Set(received.map((message) => message.MessageId)), new Set([MessageId]));
    assert.deepEqual(new Set(received.map((message) => message.Message)), new Set([Message]));
    server.close();
  },

  async fargate() {
    const s3 = new S3Client({ forcePathStyle: true });
    await s3.send(new PutObjectCommand({ Bucket: "files", Key: "a.csv", Body: "id\n1\n" }));
    const request = { email: "u@example.com", files: ["a.csv"] };
    const { body } = await post("/downloads", request, 202);
    assert.equal(body.status, "ACCEPTED");
    await poll(() => get(`/downloads/${body.requestId}`), ({ status }) => status === "DONE");
    const ecs = new ECSClient();
    const [{ taskArns }] = (
      await poll(
        () => ecs.send(new ListTasksCommand({ cluster: "zip", desiredStatus: "STOPPED" })),
        ({ taskArns }) => taskArns.length > 0,
      )
    ).slice(-1);
    await waitUntilTasksStopped({ client: ecs, maxWaitTime: 30, minDelay: 1 }, { cluster: "zip", tasks: taskArns });
    const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster: "zip", tasks: taskArns }));
    assert.deepEqual([tasks[0].lastStatus, tasks[0].containers[0].exitCode], ["STOPPED", 0]);
    await assert.rejects(ecs.send(new RunTaskCommand({ cluster: "zip", taskDefinition: "nothing" })), /TaskDefinition not found/);
  },

  async rest_websocket() {
    const { body } = await post("/api/v1/report", ORDER);
    const socket = new WebSocket(body._links.updates.href);
    const frame = await new Promise((done, fail) => socket.on("message", (data) => done(data.toString())).on("error", fail));
    assert.deepEqual(JSON.parse(frame), {
      id: body.id,
      ...ORDER,
      completed: true,
      pdfUri: `https://reports.example.com/${body.id}.pdf`,
    });
    socket.close();
  },

  async callback() {
    const states = new SFNClient({ disableHostPrefix: true });
    const { stateMachines } = await states.send(new ListStateMachinesCommand({}));
    const arn = Object.fromEntries(stateMachines.map((machine) => [machine.name, machine.stateMachineArn]));
    const sync = await states.send(new StartSyncExecutionCommand({ stateMachineArn: arn.express, input: '{"a": 1}' }));
    assert.deepEqual([sync.status, sync.output], ["SUCCEEDED", '{"a":1}']);
    const start = new StartExecutionCommand({ stateMachineArn: arn.ask, input: '{"amount": 20}' });
    const { executionArn } = await states.send(start);
    const QueueUrl = url;
    const { Messages } = await new SQSClient().send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
    const { token, input } = JSON.parse(Messages[0].Body);
    assert.deepEqual(input, { amount: 20 });
    await states.send(new SendTaskSuccessCommand({ taskToken: token, output: '{"approved": true}' }));
    const [found] = (
      await poll(
        () => states.send(new DescribeExecutionCommand({ executionArn })),
        ({ status }) => status !== "RUNNING",
      )
    ).slice(-1);
    assert.deepEqual([found.status, JSON.parse(found.output)], ["SUCCEEDED", { approved: true }]);
    const { events } = await states.send(new GetExecutionHistoryCommand({ executionArn }));
    assert.equal(events[0].type, "ExecutionStarted");
    assert.ok(events[0].timestamp instanceof Date);
  },
};

assert.ok(env.AWS_ENDPOINT_URL, "AWS_ENDPOINT_URL is not set");
await samples[name]();
