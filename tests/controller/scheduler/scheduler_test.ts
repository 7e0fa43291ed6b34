import assert from "node:assert/strict";
import fc from "fast-check";
import { fit, isBusy, type WorkerCapacity } from "../../../lib/controller/scheduler/fit.ts";
import { signatureOf } from "../../../lib/controller/scheduler/requirements.ts";
import { Scheduler } from "../../../lib/controller/scheduler/scheduler.ts";
import { compareAge, type WaitingTask } from "../../../lib/controller/scheduler/waiting_queue.ts";

const OPTIONS = { maxTasksWithoutResources: 1, maxPasses: 3 };

let lastId = 1_000_000;

function waiting(cpu: number, labels: Record<string, string> = {}): WaitingTask {
  return {
    id: String(++lastId),
    requirements: {
      labels: new Map(Object.entries(labels)),
      resources: new Map(cpu > 0 ? [["cpu", cpu]] : []),
    },
    queuedAt: 0,
  };
}

/** A worker that keeps account of what it was given. */
class SimulatedWorker {
  readonly running: WaitingTask[] = [];

  constructor(readonly name: string, readonly cpu: number, readonly labels: Record<string, string> = {}) {}

  get capacity(): WorkerCapacity {
    const sized = this.running.map(({ requirements }) => requirements.resources.get("cpu") ?? 0);
    const withResources = sized.filter((cpu) => cpu > 0);
    return {
      name: this.name,
      labels: new Map(Object.entries(this.labels)),
      totals: new Map([["cpu", this.cpu]]),
      inUse: new Map([["cpu", withResources.reduce((sum, cpu) => sum + cpu, 0)]]),
      tasksWithResources: withResources.length,
      tasksWithoutResources: sized.length - withResources.length,
      disabled: false,
    };
  }

  take(scheduler: Scheduler): WaitingTask | undefined {
    const task = scheduler.take(this.capacity);
    if (task) this.running.push(task);
    return task;
  }

  end(index: number): void {
    this.running.splice(index % Math.max(1, this.running.length), 1);
  }
}

function queued(...tasks: WaitingTask[]): Scheduler {
  const scheduler = new Scheduler(OPTIONS);
  for (const task of tasks) scheduler.add(task);
  return scheduler;
}

Deno.test("Scheduler gives a worker the oldest task that fits", () => {
  const [mac, first, second] = [waiting(0, { os: "darwin" }), waiting(0), waiting(0)];
  const scheduler = queued(second, mac, first);
  assert.equal(new SimulatedWorker("a", 1).take(scheduler), first);
  assert.equal(new SimulatedWorker("b", 1).take(scheduler), second);
  assert.equal(new SimulatedWorker("c", 1).take(scheduler), undefined);
  assert.equal(new SimulatedWorker("d", 1, { os: "darwin" }).take(scheduler), mac);
});

Deno.test("Scheduler puts a task that comes back at its old place", () => {
  const [first, second] = [waiting(0), waiting(0)];
  const scheduler = queued(first, second);
  assert.equal(new SimulatedWorker("a", 1).take(scheduler), first);
  scheduler.add(first);
  assert.equal(new SimulatedWorker("b", 1).take(scheduler), first);
});

Deno.test("Scheduler forgets a task that waits no more", () => {
  const task = waiting(0);
  const scheduler = queued(task);
  scheduler.remove(task.id);
  assert.equal(scheduler.size, 0);
  assert.equal(scheduler.find(task.id), undefined);
  assert.equal(new SimulatedWorker("a", 1).take(scheduler), undefined);
});

Deno.test("Scheduler gives out no task whose lock is taken, and passes it over without count", () => {
  const locks = new Set(["database"]);
  const scheduler = new Scheduler({ ...OPTIONS, isLocked: (lock) => locks.has(lock) });
  const plain = waiting(0);
  const locked = {
    ...plain,
    id: String(++lastId),
    requirements: { ...plain.requirements, lock: "database" },
  };
  scheduler.add(locked);
  for (let passes = 0; passes <= OPTIONS.maxPasses; passes++) {
    const younger = waiting(0);
    scheduler.add(younger);
    assert.equal(new SimulatedWorker("a", 1).take(scheduler), younger);
  }
  assert.equal(new SimulatedWorker("a", 1).take(scheduler), undefined);
  locks.clear();
  assert.equal(new SimulatedWorker("a", 1).take(scheduler), locked);
});

Deno.test("Scheduler lets small tasks pass a big one a few times, then keeps a worker free for it", () => {
  const worker = new SimulatedWorker("a", 4);
  const scheduler = queued(waiting(1));
  worker.take(scheduler);
  const big = waiting(4);
  scheduler.add(big);
  for (let pass = 0; pass < OPTIONS.maxPasses; pass++) {
    const small = waiting(1);
    scheduler.add(small);
    assert.equal(worker.take(scheduler), small);
    worker.end(1);
  }
  scheduler.add(waiting(1));
  assert.equal(worker.take(scheduler), undefined, "there would be room, but the big one's turn has come");
  worker.end(0);
  assert.equal(worker.take(scheduler), big);
});

Deno.test("Scheduler keeps at most one worker free for a task", () => {
  const workers = [new SimulatedWorker("a", 4), new SimulatedWorker("b", 4)];
  const scheduler = queued(waiting(1), waiting(1));
  for (const worker of workers) worker.take(scheduler);
  scheduler.add(waiting(4));
  for (let pass = 0; pass < 20; pass++) {
    scheduler.add(waiting(1));
    for (const worker of workers) if (worker.take(scheduler)) worker.end(1);
  }
  assert.equal(scheduler.holds.size, 1);
});

Deno.test("Scheduler gives a worker free again whose held task started elsewhere, or that is gone", () => {
  const busy = new SimulatedWorker("a", 4);
  const scheduler = queued(waiting(1));
  busy.take(scheduler);
  const big = waiting(4);
  scheduler.add(big);
  for (let pass = 0; pass <= OPTIONS.maxPasses; pass++) {
    scheduler.add(waiting(1));
    if (busy.take(scheduler)) busy.end(1);
  }
  assert.deepEqual([...scheduler.holds.keys()], ["a"]);
  scheduler.workerGone("a");
  assert.equal(scheduler.holds.size, 0);
  assert.equal(busy.take(scheduler), undefined, "the next time it would be passed, it is held again");
  assert.equal(new SimulatedWorker("b", 4).take(scheduler), big);
  assert.equal(scheduler.holds.size, 0);
  assert.notEqual(busy.take(scheduler), undefined);
});

/** One step of a pool's life. */
type Step =
  | { readonly kind: "come"; readonly cpu: number; readonly mac: boolean }
  | { readonly kind: "poll"; readonly worker: number }
  | { readonly kind: "end"; readonly worker: number; readonly task: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("come" as const), cpu: fc.integer({ min: 0, max: 5 }), mac: fc.boolean() }),
  fc.record({ kind: fc.constant("poll" as const), worker: fc.nat(3) }),
  fc.record({ kind: fc.constant("end" as const), worker: fc.nat(3), task: fc.nat(5) }),
);

const pool = fc.array(fc.record({ cpu: fc.integer({ min: 1, max: 6 }), mac: fc.boolean() }), {
  minLength: 1,
  maxLength: 4,
});

Deno.test("Scheduler gives every task once, only to a worker that can run it, and never more than there is room for", () => {
  fc.assert(fc.property(pool, fc.array(step, { maxLength: 200 }), (machines, steps) => {
    const workers = machines.map(({ cpu, mac }, index) =>
      new SimulatedWorker(`w${index}`, cpu, mac ? { os: "darwin" } : {})
    );
    const scheduler = new Scheduler(OPTIONS);
    const queue: WaitingTask[] = [];
    for (const each of steps) {
      const worker = each.kind === "come" ? undefined : workers[each.worker % workers.length];
      if (each.kind === "come") {
        const task = waiting(each.cpu, each.mac ? { os: "darwin" } : {});
        queue.push(task);
        scheduler.add(task);
      } else if (each.kind === "end") worker?.end(each.task);
      else if (worker) {
        const before = worker.capacity;
        const held = scheduler.holds.get(worker.name);
        const task = worker.take(scheduler);
        if (task === undefined) continue;
        assert.equal(fit(task.requirements, before, OPTIONS).kind, "fits");
        assert.ok(queue.includes(task), "it waited, and was not given before");
        queue.splice(queue.indexOf(task), 1);
        const older = queue.filter((other) => compareAge(other, task) < 0);
        const skipped = older.filter((other) => fit(other.requirements, before, OPTIONS).kind === "fits");
        assert.ok(task === held || skipped.length === 0, "first come, first served");
      }
    }
    assert.equal(scheduler.size, queue.length);
  }));
});

Deno.test("Scheduler bounds a big task's wait, however many small ones keep coming", () => {
  const bigCpu = fc.integer({ min: 2, max: 8 });
  const smalls = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(bigCpu, smalls, fc.array(fc.nat(7), { minLength: 1, maxLength: 30 }), (cpu, sizes, ends) => {
      const worker = new SimulatedWorker("w", 8);
      const scheduler = new Scheduler(OPTIONS);
      let turn = 0;
      const nextSmall = () => waiting(sizes[turn++ % sizes.length] ?? 1);
      const fill = () => {
        scheduler.add(nextSmall());
        while (worker.take(scheduler)) scheduler.add(nextSmall());
      };
      fill();
      const big = waiting(cpu);
      scheduler.add(big);
      let passed = 0;
      let endsSinceHeld = 0;
      while (!worker.running.includes(big)) {
        const isHeld = scheduler.holds.size > 0;
        if (isHeld) endsSinceHeld++;
        worker.end(ends[turn % ends.length] ?? 0);
        for (let task = worker.take(scheduler); task && task !== big; task = worker.take(scheduler)) {
          if (compareAge(big, task) < 0) passed++;
          assert.ok(!isHeld || compareAge(task, big) < 0, "nothing younger starts on a worker that is held");
          scheduler.add(nextSmall());
        }
        assert.ok(passed <= OPTIONS.maxPasses, "younger tasks pass it only so often");
        assert.ok(endsSinceHeld <= 8, "what ran on the held worker is enough to wait for");
      }
    }),
  );
});

Deno.test("Scheduler keeps its promise to every task that waits, on any pool and in any order of events", () => {
  fc.assert(
    fc.property(pool, fc.array(step, { minLength: 100, maxLength: 200, size: "max" }), (machines, steps) => {
      const workers = machines.map(({ cpu, mac }, index) =>
        new SimulatedWorker(`w${index}`, cpu, mac ? { os: "darwin" } : {})
      );
      const scheduler = new Scheduler(OPTIONS);
      const passes = new Map<WaitingTask, number>();
      const isHeld = (task: WaitingTask) => [...scheduler.holds.values()].includes(task);
      for (const each of steps) {
        const worker = each.kind === "come" ? undefined : workers[each.worker % workers.length];
        if (each.kind === "come") {
          const task = waiting(each.cpu, each.mac ? { os: "darwin" } : {});
          passes.set(task, 0);
          scheduler.add(task);
        } else if (each.kind === "end") worker?.end(each.task);
        else if (worker) {
          const before = worker.capacity;
          const promised = scheduler.holds.get(worker.name);
          const task = worker.take(scheduler);
          if (promised) {
            const fits = fit(promised.requirements, before, OPTIONS).kind === "fits";
            assert.equal(
              task,
              fits ? promised : undefined,
              "a held worker starts what it is held for, or nothing",
            );
          }
          if (task === undefined) continue;
          passes.delete(task);
          // Of those that ask for the same, the oldest waits for all: its turn brings the next one's.
          const oldest = new Map(
            [...passes.keys()].reverse().map((one) => [signatureOf(one.requirements), one]),
          );
          for (const other of oldest.values()) {
            const count = passes.get(other) ?? 0;
            const wasPassed = compareAge(other, task) < 0 && !isHeld(other) &&
              isBusy(fit(other.requirements, before, OPTIONS));
            if (!wasPassed) continue;
            passes.set(other, count + 1);
            assert.ok(
              count < OPTIONS.maxPasses,
              "the next one that would pass it makes it a promise instead",
            );
          }
        }
      }
      // Nothing new comes, and all that runs ends: whoever can run somewhere does.
      for (let rounds = passes.size + 1; rounds > 0; rounds--) {
        for (const worker of workers) {
          worker.running.splice(0);
          const task = worker.take(scheduler);
          if (task) passes.delete(task);
        }
      }
      for (const { requirements } of passes.keys()) {
        const isPossible = workers.some(({ capacity }) => {
          const result = fit(requirements, capacity, OPTIONS);
          return result.kind === "fits" || isBusy(result);
        });
        assert.ok(!isPossible, "only what no worker can run is left");
      }
    }),
  );
});
