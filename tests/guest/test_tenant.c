// SPDX-License-Identifier: GPL-2.0-only
/* A context serves the cgroup that opened it, and nobody else. */
#define _GNU_SOURCE
#include "fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xf86drm.h>

#define GROUPS	"/sys/fs/cgroup"

static void group_make(const char *group)
{
	char path[128];

	snprintf(path, sizeof(path), GROUPS "%s", group);
	assert_true(!mkdir(path, 0700) || errno == EEXIST);
}

static void group_remove(const char *group)
{
	char path[128];

	snprintf(path, sizeof(path), GROUPS "%s", group);
	assert_int_equal(rmdir(path), 0);
}

static void group_enter(const char *group)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), GROUPS "%s/cgroup.procs", group);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "0", 1), 1);
	close(fd);
}

/* A tenant's context with something in it. */
struct context {
	struct gantry_device *dev;
	int fd;
	uint32_t buffer;
	uint32_t queue;
	uint64_t offset;	/* of the buffer, for mmap() */
};

static struct context context_open(const char *group)
{
	struct drm_gantry_bo_info info = { 0 };
	struct context context;

	group_enter(group);
	context.dev = card_open(0);
	context.fd = gantry_device_fd(context.dev);
	context.buffer = raw_buffer(context.fd, 4096, 0);
	context.queue = raw_queue(context.fd);
	info.handle = context.buffer;
	assert_done(raw_ioctl(context.fd, DRM_IOCTL_GANTRY_BO_INFO, &info));
	context.offset = info.mmap_offset;
	return context;
}

static int try_fill(const struct context *context)
{
	struct drm_gantry_op fill = {
		.opcode = DRM_GANTRY_OP_FILL,
		.dst_handle = context->buffer,
		.length = 4096,
	};
	struct drm_gantry_queue_submit submit = {
		.queue = context->queue,
		.op_count = 1,
		.ops = (uintptr_t)&fill,
	};
	int ret = raw_ioctl(context->fd, DRM_IOCTL_GANTRY_QUEUE_SUBMIT, &submit);

	return ret ? ret : raw_wait(context->fd, context->queue, submit.seqno);
}

static int try_map(const struct context *context)
{
	void *map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, context->fd, context->offset);

	if (map == MAP_FAILED)
		return -errno;
	munmap(map, 4096);
	return 0;
}

static void expect_no_use(const struct context *context)
{
	struct drm_gantry_device_info info;
	struct drm_gantry_dev_query query = {
		.type = DRM_GANTRY_QUERY_DEVICE,
		.size = sizeof(info),
		.pointer = (uintptr_t)&info,
	};
	struct drm_gantry_bo_create create = { .size = 4096 };
	struct drm_gantry_bo_info bo = { .handle = context->buffer };
	struct drm_gantry_queue_create queue = { 0 };
	struct drm_gantry_queue_destroy destroy = { .queue = context->queue };
	struct drm_gantry_queue_wait wait = { .queue = context->queue, .seqno = 1 };
	struct drm_gem_close gem_close = { .handle = context->buffer };
	struct drm_prime_handle prime = { .handle = context->buffer };
	struct drm_syncobj_create syncobj = { 0 };

	assert_refused(raw_ioctl(context->fd, DRM_IOCTL_GANTRY_DEV_QUERY, &query), EACCES);
	assert_refused(raw_ioctl(context->fd, DRM_IOCTL_GANTRY_BO_CREATE, &create), EACCES);
	assert_refused(raw_ioctl(context->fd, DRM_IOCTL_GANTRY_BO_INFO, &bo), EACCES);
	assert_refused(raw_ioctl(context->fd, DRM_IOCTL_GANTRY_QUEUE_CREATE, &queue), EACCES);
	assert_refused(raw_ioctl(context->fd, DRM_IOCTL_GANTRY_QUEUE_DESTROY, &destroy), EACCES);
	assert_refused(raw_ioctl(context->fd, DRM_IOCTL_GANTRY_QUEUE_WAIT, &wait), EACCES);
	assert_refused(try_fill(context), EACCES);
	assert_refused(raw_ioctl(context->fd, DRM_IOCTL_GEM_CLOSE, &gem_close), EACCES);
	assert_refused(raw_ioctl(context->fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime), EACCES);
	assert_refused(raw_ioctl(context->fd, DRM_IOCTL_SYNCOBJ_CREATE, &syncobj), EACCES);
	assert_refused(try_map(context), EACCES);
}

static void context_close(struct context *context)
{
	group_enter("/tenant-a");
	assert_done(try_fill(context));
	gantry_device_close(context->dev);
}

/* ---- the tests ------------------------------------------------------------------------ */

static void a_descriptor_passed_to_another_tenant_is_of_no_use_to_it(void **state)
{
	struct context context = context_open("/tenant-a");
	char control[CMSG_SPACE(sizeof(int))] = { 0 }, byte = 0;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int pair[2], status;
	pid_t pid;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		struct context theirs = context;

		close(context.fd);
		group_enter("/tenant-b");
		if (recvmsg(pair[1], &message, 0) != 1)
			_exit(1);
		memcpy(&theirs.fd, CMSG_DATA(header), sizeof(int));
		expect_no_use(&theirs);
		_exit(0);
	}
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &context.fd, sizeof(int));
	assert_int_equal(sendmsg(pair[0], &message, 0), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(pair[0]);
	close(pair[1]);
	/* Nothing of the owner's was harmed. */
	assert_done(try_map(&context));
	context_close(&context);
}

static void a_process_that_is_moved_loses_its_contexts_until_it_is_moved_back(void **state)
{
	struct context context = context_open("/tenant-a");

	(void)state;
	group_enter("/tenant-b");
	expect_no_use(&context);
	group_enter("");
	expect_no_use(&context);
	group_enter("/tenant-a");
	assert_done(try_fill(&context));
	assert_done(try_map(&context));
	context_close(&context);
}

static void a_cgroup_below_the_tenant_s_is_the_same_tenant(void **state)
{
	struct context context = context_open("/tenant-a"), nested;

	(void)state;
	group_make("/tenant-a/part");
	group_enter("/tenant-a/part");
	assert_done(try_fill(&context));
	assert_done(try_map(&context));
	/* But not the other way round, and not between two parts. */
	nested = context_open("/tenant-a/part");
	group_enter("/tenant-a");
	expect_no_use(&nested);
	group_make("/tenant-a/other");
	group_enter("/tenant-a/other");
	expect_no_use(&nested);
	group_enter("/tenant-a");
	gantry_device_close(nested.dev);
	group_remove("/tenant-a/part");
	group_remove("/tenant-a/other");
	context_close(&context);
}

static void an_exported_buffer_is_of_use_to_whom_it_is_given(void **state)
{
	struct context context = context_open("/tenant-a"), theirs;
	uint32_t host = raw_buffer(context.fd, 4096, GANTRY_REGION_HOST), handle;
	struct drm_gem_close gem_close;
	uint64_t seqno;
	int dmabuf;

	(void)state;
	assert_int_equal(drmPrimeHandleToFD(context.fd, host, DRM_CLOEXEC | DRM_RDWR, &dmabuf), 0);
	theirs = context_open("/tenant-b");
	assert_int_equal(drmPrimeFDToHandle(theirs.fd, dmabuf, &handle), 0);
	assert_done(raw_copy(theirs.fd, theirs.queue, theirs.buffer, handle, 4096, &seqno));
	assert_done(raw_wait(theirs.fd, theirs.queue, seqno));
	gem_close.handle = handle;
	assert_done(raw_ioctl(theirs.fd, DRM_IOCTL_GEM_CLOSE, &gem_close));
	close(dmabuf);
	gantry_device_close(theirs.dev);
	context_close(&context);
}

static int tenant_setup(void **state)
{
	group_make("/tenant-a");
	group_make("/tenant-b");
	return cards_setup(state);
}

static int tenant_teardown(void **state)
{
	group_enter("");
	group_remove("/tenant-a");
	group_remove("/tenant-b");
	return cards_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_descriptor_passed_to_another_tenant_is_of_no_use_to_it),
		cmocka_unit_test(a_process_that_is_moved_loses_its_contexts_until_it_is_moved_back),
		cmocka_unit_test(a_cgroup_below_the_tenant_s_is_the_same_tenant),
		cmocka_unit_test(an_exported_buffer_is_of_use_to_whom_it_is_given),
	};

	return cmocka_run_group_tests_name("tenant", tests, tenant_setup, tenant_teardown);
}
