// SPDX-License-Identifier: GPL-2.0-only
/* What a tenant reaches on the network, by real sockets (gantryctl tenant). */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "networks.h"
#include "tenant.h"

#define MAPPED(address)	"::ffff:" address

static char card_node[64];

/* ---- what processes of a tenant do ------------------------------------------------------ */

static int open_accelerator(void)
{
	int fd = open(card_node, O_RDWR | O_CLOEXEC);

	return fd < 0 ? errno : 0;
}

static int do_open_accelerator(const void *arg)
{
	(void)arg;
	return open_accelerator();
}

static int do_reach_tcp(const void *address)
{
	return reach(SOCK_STREAM, address);
}

static int do_reach_udp(const void *address)
{
	return reach(SOCK_DGRAM, address);
}

static int do_reach_unconnected(const void *address)
{
	return reach_unconnected(address);
}

/* By each way, what comes of it must be the same; 0 or errno. */
static void expect_reach(const char *cgroup, const char *address, int error)
{
	static const struct {
		const char *name;
		int (*reach)(const void *address);
	} ways[] = {
		{ "TCP", do_reach_tcp },
		{ "UDP, connected", do_reach_udp },
		{ "UDP, not connected", do_reach_unconnected },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(ways); i++) {
		int ret = tenant_do(cgroup, ways[i].reach, address);

		if (ret != error)
			fail_msg("%s to %s: %s instead of %s", ways[i].name, address,
				 strerror(ret), strerror(error));
	}
}

static void expect_near_only(const char *cgroup)
{
	expect_reach(cgroup, NEAR, 0);
	expect_reach(cgroup, NEAR6, 0);
	expect_reach(cgroup, MAPPED(NEAR), 0);
	expect_reach(cgroup, FAR, EPERM);
	expect_reach(cgroup, FAR6, EPERM);
	expect_reach(cgroup, MAPPED(FAR), EPERM);
}

/* ---- tests --------------------------------------------------------------------------------- */

static void the_servers_are_there_for_all_others(void **state)
{
	(void)state;
	expect_reach("/", NEAR, 0);
	expect_reach("/", NEAR6, 0);
	expect_reach("/", FAR, 0);
	expect_reach("/", FAR6, 0);
	expect_reach("/", MAPPED(FAR), 0);
}

static void a_guarded_tenant_reaches_its_networks_and_no_other(void **state)
{
	(void)state;
	tenant_run("create t --always --allow " NEAR_CIDRS);
	assert_true(tenant_is_guarded("t"));
	expect_near_only("/t");
	/* Nobody else is concerned. */
	expect_reach("/", FAR, 0);
	/* What the machine itself offers has to be listed, too. */
	assert_int_equal(tenant_do("/t", do_reach_tcp, "127.0.0.1"), EPERM);
	assert_int_equal(tenant_do("/t", do_reach_tcp, "::1"), EPERM);
	assert_int_equal(tenant_do("/t", do_reach_tcp, FAR_OWN), EPERM);
	tenant_run("delete t");
}

static void it_is_free_until_it_opens_an_accelerator(void **state)
{
	(void)state;
	tenant_run("create t --allow " NEAR_CIDRS);
	assert_false(tenant_is_guarded("t"));
	expect_reach("/t", FAR, 0);
	assert_int_equal(tenant_do("/t", do_open_accelerator, NULL), 0);
	/* Closed again by now: what was read could still be sent. */
	assert_true(tenant_is_guarded("t"));
	expect_near_only("/t");
	tenant_run("delete t");
}

static void others_who_open_one_do_not_guard_it(void **state)
{
	(void)state;
	tenant_run("create t --allow " NEAR_CIDRS);
	assert_int_equal(tenant_do("/", do_open_accelerator, NULL), 0);
	assert_false(tenant_is_guarded("t"));
	tenant_run("delete t");
}

static int do_become_tenant(const void *arg)
{
	(void)arg;
	if (tenant_command("create t --cgroup /here"))
		return ECHILD;
	return reach(SOCK_STREAM, FAR);
}

/* They may have an accelerator open. */
static void a_cgroup_with_processes_in_it_is_guarded_at_once(void **state)
{
	(void)state;
	assert_int_equal(mkdir("/sys/fs/cgroup/here", 0755), 0);
	assert_int_equal(tenant_do("/here", do_become_tenant, NULL), EPERM);
	tenant_run("delete t");
	assert_int_equal(rmdir("/sys/fs/cgroup/here"), 0);
}

/* A create that was killed before it came to its end */
static void what_is_left_of_a_killed_create_is_no_tenant(void **state)
{
	(void)state;
	assert_true(!mkdir("/sys/fs/bpf/gantry/tenant", 0700) || errno == EEXIST);
	assert_int_equal(mkdir("/sys/fs/bpf/gantry/tenant/t", 0700), 0);
	tenant_expect_refused(1, "there is no tenant t", "show t");
	tenant_run("create t --always");
	expect_reach("/t", FAR, EPERM);
	tenant_run("delete t");
}

struct old_sockets {
	int near[2], far[2], loose;
};

static int open_old_sockets(struct old_sockets *old)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM };

	old->loose = socket(AF_INET, SOCK_DGRAM, 0);
	for (unsigned int i = 0; i < 2; i++) {
		if (reach_open(types[i], NEAR, &old->near[i]) || reach_again(old->near[i]) ||
		    reach_open(types[i], FAR6, &old->far[i]) || reach_again(old->far[i]))
			return ENOTCONN;
	}
	return 0;
}

/* EPERM if all that lead to the far network are cut and the others are not. */
static int try_old_sockets(const struct old_sockets *old)
{
	struct sockaddr_storage far;
	socklen_t length = address_make(&far, FAR, ECHO_PORT);
	int file = open("/proc/self/exe", O_RDONLY);

	for (unsigned int i = 0; i < 2; i++) {
		if (reach_again(old->near[i]))
			return EIO;
		if (reach_again(old->far[i]) != EPERM)
			return 0;
	}
	if (sendfile(old->far[0], file, NULL, 1) >= 0 || errno != EPERM)
		return 0;
	if (write(old->far[0], "x", 1) >= 0 || errno != EPERM)
		return 0;
	return sendto(old->loose, "x", 1, 0, (struct sockaddr *)&far, length) < 0 ? errno : 0;
}

static int do_use_old_sockets(const void *arg)
{
	struct old_sockets old;
	int ret = open_old_sockets(&old);

	(void)arg;
	ret = ret ? ret : open_accelerator();
	return ret ? ret : try_old_sockets(&old);
}

static void sockets_from_before_the_accelerator_are_cut(void **state)
{
	(void)state;
	tenant_run("create t --allow " NEAR_CIDRS);
	assert_int_equal(tenant_do("/t", do_use_old_sockets, NULL), EPERM);
	tenant_run("delete t");
}

/* The process moves into the tenant with what it has. */
static int do_bring_sockets_along(const void *arg)
{
	struct old_sockets old;
	int ret = open_old_sockets(&old);

	ret = ret ? ret : cgroup_enter(arg);
	return ret ? ret : try_old_sockets(&old);
}

static void sockets_brought_along_are_cut(void **state)
{
	(void)state;
	tenant_run("create t --always --allow " NEAR_CIDRS);
	assert_int_equal(tenant_do("/", do_bring_sockets_along, "/t"), EPERM);
	tenant_run("delete t");
}

/* A socket of the tenant's in the hands of somebody else: its packets are looked at. */
static int do_carry_socket_out(const void *arg)
{
	int fd, ret = reach_open(SOCK_DGRAM, FAR, &fd);

	(void)arg;
	ret = ret ? ret : open_accelerator();
	ret = ret ? ret : cgroup_enter("/");
	return ret ? ret : reach_again(fd);
}

static void sockets_of_a_tenant_are_cut_wherever_they_go(void **state)
{
	(void)state;
	tenant_run("create t --allow " NEAR_CIDRS);
	assert_int_equal(tenant_do("/t", do_carry_socket_out, NULL), EPERM);
	assert_int_equal(tenant_denied("t", "packet"), 1);
	tenant_run("delete t");
}

static void cgroups_below_belong_to_the_tenant(void **state)
{
	(void)state;
	tenant_run("create t --allow " NEAR_CIDRS);
	assert_int_equal(mkdir("/sys/fs/cgroup/t/below", 0755), 0);
	assert_int_equal(tenant_do("/t/below", do_open_accelerator, NULL), 0);
	expect_reach("/t/below", NEAR, 0);
	expect_reach("/t/below", FAR, EPERM);
	expect_reach("/t", FAR, EPERM);
	assert_int_equal(rmdir("/sys/fs/cgroup/t/below"), 0);
	tenant_run("delete t");
}

static void a_tenant_within_another_reaches_what_both_may(void **state)
{
	(void)state;
	tenant_run("create outer --always --allow " NEAR_CIDRS);
	assert_int_equal(mkdir("/sys/fs/cgroup/outer/inner", 0755), 0);
	tenant_run("create inner --cgroup /outer/inner --always --allow " NEAR_CIDRS " 10.77.2.0/24");
	expect_reach("/outer/inner", NEAR, 0);
	expect_reach("/outer/inner", FAR, EPERM);
	tenant_run("deny inner 10.77.1.0/24");
	expect_reach("/outer/inner", NEAR, EPERM);
	expect_reach("/outer", NEAR, 0);
	tenant_run("delete inner");
	expect_reach("/outer/inner", NEAR, 0);
	/* gantryctl has not made it. */
	assert_int_equal(rmdir("/sys/fs/cgroup/outer/inner"), 0);
	tenant_run("delete outer");
}

static int do_change_the_list(const void *arg)
{
	int fd, ret = reach_open(SOCK_STREAM, FAR, &fd);

	(void)arg;
	if (ret != EPERM)
		return EIO;
	close(fd);
	if (tenant_command("allow t 10.77.2.0/24 fd77:2::/64"))
		return ECHILD;
	ret = reach_open(SOCK_STREAM, FAR, &fd);
	ret = ret ? ret : reach_again(fd);
	if (ret)
		return ret;
	if (tenant_command("deny t 10.77.2.0/24"))
		return ECHILD;
	return reach_again(fd);
}

static void changes_of_the_list_hold_at_once(void **state)
{
	(void)state;
	tenant_run("create t --always");
	assert_int_equal(tenant_do("/t", do_change_the_list, NULL), EPERM);
	tenant_run("delete t");
}

static int do_bind(const void *address)
{
	struct sockaddr_storage to;
	socklen_t length = address_make(&to, address, 0);
	int fd = socket(to.ss_family, SOCK_STREAM, 0);

	return bind(fd, (struct sockaddr *)&to, length) ? errno : 0;
}

static void it_serves_no_network_that_it_may_not_reach(void **state)
{
	(void)state;
	tenant_run("create t --always --allow " NEAR_CIDRS);
	assert_int_equal(tenant_do("/t", do_bind, "0.0.0.0"), 0);
	assert_int_equal(tenant_do("/t", do_bind, "::"), 0);
	assert_int_equal(tenant_do("/t", do_bind, NEAR_OWN), 0);
	assert_int_equal(tenant_do("/t", do_bind, FAR_OWN), EPERM);
	assert_int_equal(tenant_do("/t", do_bind, "fd77:2::1"), EPERM);
	assert_int_equal(tenant_denied("t", "bind"), 2);
	tenant_run("delete t");
}

/* Somebody else on this network connects to port 8888 here; 0 when that is done. */
static pid_t start_client(const char *network, const char *address)
{
	struct sockaddr_storage to;
	socklen_t length = address_make(&to, address, 8888);
	pid_t pid = fork();
	int fd;

	if (pid)
		return pid;
	if (cgroup_enter("/") || network_enter(network))
		_exit(EIO);
	fd = socket(to.ss_family, SOCK_STREAM, 0);
	_exit(connect(fd, (struct sockaddr *)&to, length) ? errno : 0);
}

static int do_serve_network(const void *arg)
{
	struct sockaddr_storage own;
	socklen_t length = address_make(&own, "0.0.0.0", 8888);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), status;
	pid_t client;

	(void)arg;
	if (bind(fd, (struct sockaddr *)&own, length) || listen(fd, 4))
		return errno;
	waitpid(start_client("near", NEAR_OWN), &status, 0);
	if (status)
		return EIO;
	/* The answer to the other one is not let out, so it would try for minutes. */
	client = start_client("far", FAR_OWN);
	while (!tenant_denied("t", "packet"))
		if (waitpid(client, NULL, WNOHANG))
			return EISCONN;
	kill(client, SIGKILL);
	waitpid(client, NULL, 0);
	return 0;
}

static void its_servers_answer_only_on_its_networks(void **state)
{
	(void)state;
	tenant_run("create t --always --allow " NEAR_CIDRS);
	assert_int_equal(tenant_do("/t", do_serve_network, NULL), 0);
	tenant_run("delete t");
}

static int do_delete_from_within(const void *arg)
{
	(void)arg;
	if (reach(SOCK_STREAM, FAR) != EPERM)
		return EIO;
	tenant_expect_refused(0, "t still has processes: from now on they reach everything",
			      "delete t");
	return reach(SOCK_STREAM, FAR);
}

static void who_was_in_a_deleted_tenant_reaches_everything(void **state)
{
	(void)state;
	tenant_run("create t --always");
	assert_int_equal(tenant_do("/t", do_delete_from_within, NULL), 0);
	/* The cgroup could not go, for the process was in it. */
	assert_int_equal(rmdir("/sys/fs/cgroup/t"), 0);
	assert_false(sysfs_exists("fs/bpf/gantry/tenant/t"));
}

static const char *text_of(struct json_object *of, const char *first, const char *then)
{
	struct json_object *value = json_object_object_get(of, first);

	return json_object_get_string(then ? json_object_object_get(value, then) : value);
}

static void denials_are_counted_and_the_last_one_is_shown(void **state)
{
	struct json_object *tenant;

	(void)state;
	tenant_run("create t --always --allow " NEAR_CIDRS);
	tenant = tenant_show("t");
	assert_null(json_object_object_get(tenant, "last_denied"));
	json_object_put(tenant);
	tenant_do("/t", do_reach_tcp, FAR);
	tenant_do("/t", do_reach_udp, FAR);
	tenant_do("/t", do_reach_unconnected, FAR6);
	assert_int_equal(tenant_denied("t", "connect"), 2);
	assert_int_equal(tenant_denied("t", "send"), 1);
	assert_int_equal(tenant_denied("t", "packet"), 0);
	tenant = tenant_show("t");
	assert_string_equal(text_of(tenant, "last_denied", "what"), "send");
	assert_string_equal(text_of(tenant, "last_denied", "address"), FAR6);
	assert_int_equal(atoi(text_of(tenant, "last_denied", "port")), ECHO_PORT);
	assert_string_equal(text_of(tenant, "cgroup", NULL), "/t");
	assert_string_equal(text_of(tenant, "networks", NULL), "[ \"10.77.1.0\\/24\", \"fd77:1::\\/64\" ]");
	json_object_put(tenant);
	tenant_run("delete t");
}

static void bad_input_is_told_and_changes_nothing(void **state)
{
	(void)state;
	tenant_expect_refused(2, "do you mean 10.0.0.0/8?", "create t --allow 10.1.2.3/8");
	tenant_expect_refused(2, "is no network", "create t --allow 10.0.0.0/33");
	tenant_expect_refused(2, "is no network", "create t --allow localhost");
	tenant_expect_refused(2, "write it as the IPv4 network", "create t --allow ::ffff:10.0.0.0/104");
	tenant_expect_refused(2, "networks follow --allow", "create t 10.0.0.0/8");
	tenant_expect_refused(2, "is no name", "create a.slice");
	tenant_expect_refused(2, "needs a name", "delete");
	tenant_expect_refused(2, "there is no 'destroy'", "destroy t");
	tenant_expect_refused(1, "there is no tenant t", "delete t");
	tenant_expect_refused(1, "No such file", "create t --cgroup /nowhere");
	tenant_expect_refused(1, "no cgroup of version 2", "create t --cgroup /sys/fs/cgroup/../bpf");
	tenant_expect_refused(1, "root cgroup", "create t --cgroup /");
	assert_false(sysfs_exists("fs/cgroup/t"));
	assert_false(sysfs_exists("fs/bpf/gantry/tenant/t"));

	tenant_run("create t --allow 10.0.0.0/8");
	tenant_expect_refused(1, "there is a cgroup", "create t");
	tenant_expect_refused(1, "a tenant t already", "create t --cgroup /t");
	tenant_expect_refused(1, "is tenant t already", "create u --cgroup /t");
	tenant_expect_refused(1, "is not on the list", "deny t 10.0.0.0/8 10.1.0.0/16");
	tenant_expect_refused(0, "10.0.0.0/8", "show t");
	tenant_run("delete t");
	assert_false(sysfs_exists("fs/cgroup/t"));
	assert_false(sysfs_exists("fs/bpf/gantry/tenant/t"));
}

/* Its processes have threads elsewhere, which share their memory. */
static void a_cgroup_of_threads_is_no_tenant(void **state)
{
	static const char type[] = "threaded";
	int fd;

	(void)state;
	assert_int_equal(mkdir("/sys/fs/cgroup/threads", 0755), 0);
	assert_int_equal(mkdir("/sys/fs/cgroup/threads/some", 0755), 0);
	fd = open("/sys/fs/cgroup/threads/some/cgroup.type", O_WRONLY);
	assert_int_equal(write(fd, type, strlen(type)), strlen(type));
	close(fd);
	tenant_expect_refused(1, "take the cgroup above", "create t --cgroup threads/some");
	assert_int_equal(rmdir("/sys/fs/cgroup/threads/some"), 0);
	assert_int_equal(rmdir("/sys/fs/cgroup/threads"), 0);
}

static int do_nothing(const void *arg)
{
	(void)arg;
	return 0;
}

static void a_tenant_whose_cgroup_is_gone_can_be_deleted(void **state)
{
	(void)state;
	tenant_run("create t --allow 10.0.0.0/8");
	assert_int_equal(tenant_do("/t", do_nothing, NULL), 0);
	assert_int_equal(rmdir("/sys/fs/cgroup/t"), 0);
	tenant_expect_refused(0, "gone", "list");
	tenant_run("delete t");
	assert_false(sysfs_exists("fs/bpf/gantry/tenant/t"));
}

static int egress_setup(void **state)
{
	int ret = cards_setup(state);

	if (ret)
		return ret;
	snprintf(card_node, sizeof(card_node), "%s", card_now(0).node);
	networks_make();
	tenants_begin();
	return 0;
}

static int egress_teardown(void **state)
{
	networks_remove();
	tenants_end();
	/* With the last tenant all of it goes. */
	return cards_teardown(state) || sysfs_exists("fs/bpf/gantry");
}

#define egress_test(f) cmocka_unit_test_teardown(f, tenants_clean_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		egress_test(the_servers_are_there_for_all_others),
		egress_test(a_guarded_tenant_reaches_its_networks_and_no_other),
		egress_test(it_is_free_until_it_opens_an_accelerator),
		egress_test(others_who_open_one_do_not_guard_it),
		egress_test(a_cgroup_with_processes_in_it_is_guarded_at_once),
		egress_test(what_is_left_of_a_killed_create_is_no_tenant),
		egress_test(sockets_from_before_the_accelerator_are_cut),
		egress_test(sockets_brought_along_are_cut),
		egress_test(sockets_of_a_tenant_are_cut_wherever_they_go),
		egress_test(cgroups_below_belong_to_the_tenant),
		egress_test(a_tenant_within_another_reaches_what_both_may),
		egress_test(changes_of_the_list_hold_at_once),
		egress_test(it_serves_no_network_that_it_may_not_reach),
		egress_test(its_servers_answer_only_on_its_networks),
		egress_test(who_was_in_a_deleted_tenant_reaches_everything),
		egress_test(denials_are_counted_and_the_last_one_is_shown),
		egress_test(bad_input_is_told_and_changes_nothing),
		egress_test(a_cgroup_of_threads_is_no_tenant),
		egress_test(a_tenant_whose_cgroup_is_gone_can_be_deleted),
	};

	return cmocka_run_group_tests_name("egress", tests, egress_setup, egress_teardown);
}
