// A worker of somebody else's: the published camunda-external-task-client-js, as its documentation shows it.
// Arguments: the client's address on the disk, and what to do as JSON. Each line it prints is an event as JSON.

const { Client, Variables, File, BasicAuthInterceptor } = await import(process.argv[2]);
const plan = JSON.parse(process.argv[3]);
const say = (event) => process.stdout.write(JSON.stringify(event) + "\n");

const client = new Client({
  baseUrl: plan.baseUrl,
  workerId: plan.workerId,
  interceptors: new BasicAuthInterceptor({ username: plan.user, password: plan.password }),
  interval: 20,
  maxTasks: 5,
  lockDuration: 60000,
  ...plan.options,
});
client.on("poll:error", (fault) => say({ event: "poll:error", message: fault.message }));

const handlers = {
  async values({ task, taskService }) {
    const file = await task.variables.get("paper").load();
    say({
      event: "values",
      typed: task.variables.getAllTyped(),
      when: task.variables.get("when").toISOString(),
      json: task.variables.get("json"),
      file: { name: file.filename, text: file.content.toString() },
    });
    const result = new Variables()
      .set("text", "straße €").set("whole", 7).set("long", 2 ** 40).set("broken", 1.5).set("yes", false)
      .set("none", null).set("when", new Date(1358948562123)).set("json", { a: [1, null] })
      .setTyped("paper", { type: "file", value: new File({ localPath: plan.file, mimetype: "text/plain" }) });
    await taskService.complete(task, result);
  },
  async complete({ task, taskService }) {
    say({ event: "task", topic: task.topicName, variables: task.variables.getAll(), properties: task.extensionProperties });
    await taskService.complete(task, new Variables().set(`done by ${plan.workerId}`, true));
  },
  async fail({ task, taskService }) {
    say({ event: "failing", retries: task.retries, errorMessage: task.errorMessage, errorDetails: task.errorDetails });
    await taskService.handleFailure(task, {
      errorMessage: "the spade broke",
      errorDetails: "in two\nat the handle",
      retries: task.retries === null ? 1 : task.retries - 1,
      retryTimeout: 0,
    });
  },
  async refuse({ task, taskService }) {
    await taskService.handleBpmnError(task, "OUT_OF_STOCK", "none left", new Variables().set("left", 0));
  },
  async extend({ task, taskService }) {
    await taskService.extendLock(task, 600000);
    say({ event: "extended", id: task.id });
  },
  async unlock({ task, taskService }) {
    client.stop();
    await taskService.unlock(task);
    say({ event: "unlocked", id: task.id });
    await taskService.lock(task, 60000);
    await taskService.complete(task);
  },
  async hang({ task }) {
    say({ event: "hanging", id: task.id });
  },
};

for (const [topic, what, options] of plan.topics) {
  client.subscribe(topic, options ?? {}, async (work) => {
    try {
      await handlers[what](work);
      say({ event: "done", id: work.task.id, instance: work.task.processInstanceId });
    } catch (fault) {
      say({ event: "refused", status: fault.httpStatusCode, type: fault.type, message: fault.engineMsg ?? fault.message });
    }
  });
}
