// SPDX-License-Identifier: GPL-2.0-only
#include "worker.h"
#include "fixture.h"

#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void work(unsigned int copies)
{
	struct gantry_device *dev = card_open(0);
	struct gantry_buffer *src = buffer_make(dev, WORKER_BYTES, GANTRY_REGION_HOST);
	struct gantry_buffer *dst = buffer_make(dev, WORKER_BYTES, 0);
	struct gantry_queue *queue;

	assert_done(gantry_queue_create(dev, NULL, &queue));
	for (unsigned int i = 0; i < copies; i++)
		copy_now(queue, dst, 0, src, 0, WORKER_BYTES);
}

static void enter(const char *cgroup)
{
	char path[128], pid[16];
	FILE *procs;

	snprintf(path, sizeof(path), GROUPS "%s/cgroup.procs", cgroup);
	snprintf(pid, sizeof(pid), "%d", getpid());
	procs = fopen(path, "we");
	if (!procs || fputs(pid, procs) < 0 || fclose(procs))
		_exit(1);
}

struct worker worker_begin(const char *cgroup, unsigned int copies)
{
	struct worker worker = { .cgroup = cgroup };
	int done[2], leave[2];
	char path[128], byte;

	snprintf(path, sizeof(path), GROUPS "%s", cgroup);
	assert_true(!mkdir(path, 0700) || errno == EEXIST);
	assert_int_equal(pipe(done), 0);
	assert_int_equal(pipe(leave), 0);
	worker.pid = fork();
	assert_true(worker.pid >= 0);
	if (!worker.pid) {
		enter(cgroup);
		work(copies);
		if (write(done[1], "", 1) != 1 || read(leave[0], &byte, 1) != 1)
			_exit(1);
		_exit(0);
	}
	close(done[1]);
	close(leave[0]);
	worker.done = done[0];
	worker.leave = leave[1];
	assert_int_equal(read(worker.done, &byte, 1), 1);
	return worker;
}

void worker_end(struct worker *worker)
{
	char path[128];
	int status;

	assert_int_equal(write(worker->leave, "", 1), 1);
	close(worker->leave);
	close(worker->done);
	assert_int_equal(waitpid(worker->pid, &status, 0), worker->pid);
	assert_int_equal(status, 0);
	snprintf(path, sizeof(path), GROUPS "%s", worker->cgroup);
	assert_int_equal(rmdir(path), 0);
}

void worker_kill(struct worker *worker)
{
	kill(worker->pid, SIGKILL);
	assert_int_equal(waitpid(worker->pid, NULL, 0), worker->pid);
	close(worker->done);
	close(worker->leave);
}
