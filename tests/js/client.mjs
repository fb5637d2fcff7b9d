// The SocketTasks system, built and used with the AWS SDK for JavaScript v3 and ws.
//
//   node client.mjs functions.zip
//
// AWS_ENDPOINT_URL and credentials come from the environment; the archive holds the Python functions.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
} from "@aws-sdk/client-apigatewayv2";
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
  PutFunctionEventInvokeConfigCommand,
} from "@aws-sdk/client-lambda";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import WebSocket from "ws";

const endpoint = process.env.AWS_ENDPOINT_URL;
const archive = readFileSync(process.argv[2]);
const BUS = "tasksbus";
const CONNECTION_ID = /^[A-Za-z0-9_-]{15}=$/;

const lambda = new LambdaClient();
const events = new EventBridgeClient();
const sqs = new SQSClient();
const gateway = new ApiGatewayV2Client();
let api;
let notifications;

// A client whose frames are awaited one by one.
class Socket {
  #frames = [];
  #waiting = [];

  static connect() {
    const socket = new Socket();
    return new Promise((resolve, reject) => {
      socket.socket = new WebSocket(`${endpoint.replace("http", "ws")}/_aws/execute-api/${api}/dev`);
      socket.closed = new Promise((done) => socket.socket.on("close", (code) => done(code)));
      socket.socket.on("open", () => resolve(socket)).on("error", reject);
      socket.socket.on("message", (data, binary) => socket.#take(binary ? data : data.toString()));
    });
  }

  #take(frame) {
    const next = this.#waiting.shift();
    if (next) next(frame);
    else this.#frames.push(frame);
  }

  receive() {
    return this.#frames.length
      ? Promise.resolve(this.#frames.shift())
      : new Promise((resolve) => this.#waiting.push(resolve));
  }

  submit(type) {
    const task = { id: "my-id", type, data: { key1: "value" } };
    this.socket.send(JSON.stringify({ action: "task-submit", task }));
  }

  async connectionId() {
    this.socket.send("not JSON");
    return JSON.parse(await this.receive()).connectionId;
  }
}

async function createQueue(name) {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }),
  );
  return { url: QueueUrl, arn: Attributes.QueueArn };
}

async function createFunction(name, handler, variables = {}) {
  const { FunctionArn } = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: "python3.12",
      Role: "arn:aws:iam::000000000000:role/tasks",
      Handler: handler,
      Code: { ZipFile: archive },
      Environment: { Variables: variables },
    }),
  );
  return FunctionArn;
}

async function createRule(name, type, target) {
  const pattern = JSON.stringify({ "detail-type": [type] });
  await events.send(new PutRuleCommand({ Name: name, EventBusName: BUS, EventPattern: pattern }));
  const Targets = [{ Id: "Target0", Arn: target }];
  const { FailedEntryCount } = await events.send(
    new PutTargetsCommand({ Rule: name, EventBusName: BUS, Targets }),
  );
  assert.equal(FailedEntryCount, 0);
}

async function createTask(type, handler) {
  const arn = await createFunction(type, handler);
  const Destination = notifications.arn;
  const DestinationConfig = { OnSuccess: { Destination }, OnFailure: { Destination } };
  await lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: type, DestinationConfig }));
  await createRule(type, type, arn);
}

async function createApi() {
  const { ApiId } = await gateway.send(
    new CreateApiCommand({
      Name: "dev-tasks-socket",
      ProtocolType: "WEBSOCKET",
      RouteSelectionExpression: "$request.body.action",
    }),
  );
  return ApiId;
}

async function createRoute(key, functionArn) {
  const IntegrationUri = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${functionArn}/invocations`;
  const { IntegrationId } = await gateway.send(
    new CreateIntegrationCommand({ ApiId: api, IntegrationType: "AWS_PROXY", IntegrationUri }),
  );
  await gateway.send(
    new CreateRouteCommand({ ApiId: api, RouteKey: key, Target: `integrations/${IntegrationId}` }),
  );
}

function management(base = `${endpoint}/_aws/execute-api/${api}/dev`) {
  return new ApiGatewayManagementApiClient({ endpoint: base });
}

before(async () => {
  notifications = await createQueue("notify");
  await events.send(new CreateEventBusCommand({ Name: BUS }));
  api = await createApi();
  const address = `https://${api}.execute-api.us-east-1.amazonaws.com/dev`;
  const submit = await createFunction("task-submit", "submit.handler", { TASK_BUS: BUS });
  await createFunction("task-notify", "notify.handler", { WEBSOCKET_API: address });
  await lambda.send(
    new CreateEventSourceMappingCommand({
      FunctionName: "task-notify",
      EventSourceArn: notifications.arn,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    }),
  );
  await createTask("task-type", "tasks.success");
  await createTask("task-type-2", "tasks.failing");
  await createRoute("task-submit", submit);
  await gateway.send(new CreateStageCommand({ ApiId: api, StageName: "dev", AutoDeploy: true }));
});

after(() => [lambda, events, sqs, gateway].forEach((client) => client.destroy()));

test("a task's result comes as one frame", async () => {
  const socket = await Socket.connect();
  socket.submit("task-type");
  const response = { statusCode: 200, body: '{"output":"completed task data"}' };
  assert.equal(await socket.receive(), JSON.stringify({ task_id: "my-id", status: "Success", response }));
  socket.socket.close();
});

test("a failing task is tried again, then reported", async () => {
  const socket = await Socket.connect();
  socket.submit("task-type-2");
  const frame = JSON.parse(await socket.receive());
  assert.equal(frame.status, "Fail");
  assert.equal(frame.response.errorMessage, "Task Processing failed");
  socket.socket.close();
});

for (const slash of ["", "/"]) {
  test(`@connections with the endpoint ending in "dev${slash}"`, async () => {
    const socket = await Socket.connect();
    const ConnectionId = await socket.connectionId();
    assert.match(ConnectionId, CONNECTION_ID);
    const connections = management(`${endpoint}/_aws/execute-api/${api}/dev${slash}`);

    await connections.send(new PostToConnectionCommand({ ConnectionId, Data: Buffer.from("one – ü") }));
    await connections.send(new PostToConnectionCommand({ ConnectionId, Data: "x".repeat(100_000) }));
    assert.equal(await socket.receive(), "one – ü");
    assert.equal(await socket.receive(), "x".repeat(100_000));
    const found = await connections.send(new GetConnectionCommand({ ConnectionId }));
    assert.ok(found.ConnectedAt instanceof Date && found.LastActiveAt >= found.ConnectedAt);

    const { $metadata } = await connections.send(new DeleteConnectionCommand({ ConnectionId }));
    assert.equal($metadata.httpStatusCode, 204);
    assert.equal(await socket.closed, 1000);
    const command = new PostToConnectionCommand({ ConnectionId, Data: "too late" });
    await assert.rejects(connections.send(command), (error) => {
      assert.equal(error.name, "GoneException");
      assert.equal(error.$metadata.httpStatusCode, 410);
      assert.equal(error.statusCode, undefined);
      return true;
    });
    connections.destroy();
  });
}

test("a malformed connection id", async () => {
  const command = new PostToConnectionCommand({ ConnectionId: "abc", Data: "x" });
  await assert.rejects(management().send(command), (error) => {
    assert.equal(error.name, "BadRequestException");
    assert.equal(error.$metadata.httpStatusCode, 400);
    assert.equal(error.message, "Invalid connectionId: abc");
    return true;
  });
});

test("messages, with their MD5 digests checked by the SDK", async () => {
  const { url: QueueUrl } = await createQueue("digests");
  const MessageBody = 'text with "quotes", ü, 😀 and\r\nline breaks';
  const MessageAttributes = {
    Author: { DataType: "String", StringValue: "Ü" },
    Count: { DataType: "Number", StringValue: "1.5" },
    Raw: { DataType: "Binary", BinaryValue: new Uint8Array([0, 255, 1]) },
  };
  const sent = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes }));
  assert.match(sent.MD5OfMessageBody, /^[0-9a-f]{32}$/);
  const request = { QueueUrl, WaitTimeSeconds: 1, MessageAttributeNames: ["All"] };
  const { Messages } = await sqs.send(new ReceiveMessageCommand(request));
  assert.equal(Messages.length, 1);
  const [message] = Messages;
  assert.equal(message.Body, MessageBody);
  assert.equal(message.MessageId, sent.MessageId);
  assert.equal(message.MD5OfMessageAttributes, sent.MD5OfMessageAttributes);
  assert.deepEqual([...message.MessageAttributes.Raw.BinaryValue], [0, 255, 1]);
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
});

test("a missing queue has AWS's names for its error", async () => {
  const command = new SendMessageCommand({ QueueUrl: `${endpoint}/000000000000/nobody`, MessageBody: "x" });
  await assert.rejects(sqs.send(command), { name: "QueueDoesNotExist" });
});

test("an event with an invalid date happens now", async () => {
  const queue = await createQueue("events");
  await createRule("timeless", "timeless", queue.arn);
  const client = new EventBridgeClient();
  let wire = "";
  client.middlewareStack.add(
    (next) => (args) => {
      wire = Buffer.from(args.request.body).toString(); // a string in older versions, bytes today
      return next(args);
    },
    { step: "finalizeRequest" },
  );
  const entry = {
    Time: new Date("no date"),
    Source: "my-id:::M0en2eVpSwMCFmw=",
    DetailType: "timeless",
    Detail: JSON.stringify({ key1: "value", id: "my-id" }),
    EventBusName: BUS,
  };
  const { FailedEntryCount } = await client.send(new PutEventsCommand({ Entries: [entry] }));
  client.destroy();
  assert.match(wire, /"Time":(NaN|null)/);
  assert.equal(FailedEntryCount, 0);
  const { Messages } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queue.url, WaitTimeSeconds: 5 }),
  );
  const event = JSON.parse(Messages[0].Body);
  assert.equal(event.source, entry.Source);
  assert.match(event.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.ok(Math.abs(Date.parse(event.time) - Date.now()) < 3_600_000);
});

test("Invoke", async () => {
  const invoke = (name, options = {}) => lambda.send(new InvokeCommand({ FunctionName: name, ...options }));
  const done = await invoke("task-type", { Payload: JSON.stringify({ any: "event" }) });
  assert.deepEqual([done.StatusCode, done.ExecutedVersion, done.FunctionError], [200, "$LATEST", undefined]);
  assert.equal(JSON.parse(Buffer.from(done.Payload)).statusCode, 200);

  const failed = await invoke("task-type-2");
  assert.deepEqual([failed.StatusCode, failed.FunctionError], [200, "Unhandled"]);
  assert.equal(JSON.parse(Buffer.from(failed.Payload)).errorType, "Exception");

  const accepted = await invoke("task-notify", { InvocationType: "Event", Payload: '{"Records":[]}' });
  assert.equal(accepted.StatusCode, 202);
  await assert.rejects(invoke("nobody"), { name: "ResourceNotFoundException" });
});
