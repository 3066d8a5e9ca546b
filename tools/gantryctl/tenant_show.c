// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cgroup.h"
#include "gantryctl.h"
#include "output.h"
#include "tenant.h"

#define CGROUP_TEXT	256
#define LAST_TEXT	128

static const char *const hooks[GANTRY_EGRESS_HOOKS] = {
	"connect", "send", "bind", "packet", "socket", "unix", "receive", "configure"
};

/* ---- what there is to say ----------------------------------------------------------- */

static const char *state_of(const struct tenant *tenant)
{
	return tenant->value.guarded ? "guarded" : "waiting";
}

static uint64_t denied_in_all(const struct tenant *tenant)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < GANTRY_EGRESS_HOOKS; i++)
		sum += tenant->value.denied[i];
	return sum;
}

/* A hook of a later release has no name here. */
static const char *hook_name(const struct gantry_egress_denial *denial)
{
	return denial->hook < GANTRY_EGRESS_HOOKS ? hooks[denial->hook] : "?";
}

static const char *address_text(char *text, size_t room, const struct gantry_egress_denial *denial)
{
	if (!denial->family || !inet_ntop(denial->family, denial->address, text, room))
		text[0] = '\0';
	return text;
}

static double seconds_since(uint64_t time_ns)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec + now.tv_nsec / 1e9 - time_ns / 1e9;
}

/* "connect 192.0.2.1 port 443, 12 s ago" */
static const char *last_text(char *text, size_t room, const struct egress *egress,
			     const struct tenant *tenant)
{
	char address[INET6_ADDRSTRLEN], port[24] = "";
	struct gantry_egress_denial denial;

	if (egress_last_denial(egress, tenant->id, &denial))
		return "-";
	address_text(address, sizeof(address), &denial);
	if (denial.port)
		snprintf(port, sizeof(port), " port %u", denial.port);
	snprintf(text, room, "%s%s%s%s, %.0f s ago", hook_name(&denial), *address ? " " : "",
		 address, port, seconds_since(denial.time_ns));
	return text;
}

/* ---- for programs -------------------------------------------------------------------- */

static struct json_object *networks_to_json(const struct egress *egress,
					    const struct tenant *tenant)
{
	struct json_object *array = output_array();
	size_t count;
	struct cidr *networks = egress_networks(egress, tenant->id, &count);
	char text[CIDR_TEXT];

	for (size_t i = 0; i < count; i++) {
		cidr_format(text, sizeof(text), &networks[i]);
		output_append(array, json_object_new_string(text));
	}
	free(networks);
	return array;
}

static struct json_object *denied_to_json(const struct tenant *tenant)
{
	struct json_object *object = output_object();

	for (unsigned int i = 0; i < GANTRY_EGRESS_HOOKS; i++)
		output_unsigned(object, hooks[i], tenant->value.denied[i]);
	return object;
}

static struct json_object *last_to_json(const struct egress *egress, const struct tenant *tenant)
{
	struct gantry_egress_denial denial;
	char address[INET6_ADDRSTRLEN];
	struct json_object *object;

	if (egress_last_denial(egress, tenant->id, &denial))
		return NULL;
	object = output_object();
	output_text(object, "what", hook_name(&denial));
	output_text_or_null(object, "address", address_text(address, sizeof(address), &denial));
	if (denial.port)
		output_unsigned(object, "port", denial.port);
	else
		output_add(object, "port", NULL);
	output_unsigned(object, "boottime_ns", denial.time_ns);
	return object;
}

static struct json_object *tenant_to_json(const struct egress *egress,
					  const struct tenant *tenant)
{
	struct json_object *object = output_object();
	char cgroup[CGROUP_TEXT];

	output_text(object, "name", tenant->value.name);
	output_unsigned(object, "tenant", tenant->id);
	/* Empty when it has gone. */
	cgroup_path(tenant->id, cgroup, sizeof(cgroup));
	output_text_or_null(object, "cgroup", cgroup);
	output_bool(object, "guarded", tenant->value.guarded);
	output_bool(object, "always", tenant->value.flags & GANTRY_EGRESS_ALWAYS);
	output_bool(object, "allow_unix", tenant->value.flags & GANTRY_EGRESS_OTHERS);
	output_bool(object, "allow_net_admin", tenant->value.flags & GANTRY_EGRESS_ADMIN);
	output_add(object, "networks", networks_to_json(egress, tenant));
	output_add(object, "denied", denied_to_json(tenant));
	output_add(object, "last_denied", last_to_json(egress, tenant));
	return object;
}

/* ---- for people ------------------------------------------------------------------------ */

static void print_networks(const struct egress *egress, const struct tenant *tenant)
{
	size_t count;
	struct cidr *networks = egress_networks(egress, tenant->id, &count);
	char text[CIDR_TEXT];

	printf("%-14s%s", "networks", count ? "" : "none\n");
	for (size_t i = 0; i < count; i++)
		printf("%*s%s\n", i ? 14 : 0, "", cidr_format(text, sizeof(text), &networks[i]));
	free(networks);
}

static void print_denied(const struct tenant *tenant)
{
	printf("%-14s%llu", "denied", (unsigned long long)denied_in_all(tenant));
	for (unsigned int i = 0, any = 0; i < GANTRY_EGRESS_HOOKS; i++)
		if (tenant->value.denied[i])
			printf("%s%s %llu", any++ ? ", " : ": ", hooks[i], tenant->value.denied[i]);
	putchar('\n');
}

static void print_tenant(const struct egress *egress, const struct tenant *tenant)
{
	char cgroup[CGROUP_TEXT], last[LAST_TEXT];

	cgroup_path(tenant->id, cgroup, sizeof(cgroup));
	printf("%-14s%s\n", "tenant", tenant->value.name);
	printf("%-14s%s (%llu)\n", "cgroup", *cgroup ? cgroup : "gone",
	       (unsigned long long)tenant->id);
	printf("%-14s%s\n", "exit", tenant->value.guarded ? "guarded" :
	       "open until it has an accelerator");
	print_networks(egress, tenant);
	printf("%-14s%s\n", "UNIX sockets", tenant->value.flags & GANTRY_EGRESS_OTHERS ?
	       "of all processes" : "of its own processes");
	print_denied(tenant);
	printf("%-14s%s\n", "last denied", last_text(last, sizeof(last), egress, tenant));
}

static void print_line(const struct egress *egress, const struct tenant *tenant)
{
	char cgroup[CGROUP_TEXT], last[LAST_TEXT];

	cgroup_path(tenant->id, cgroup, sizeof(cgroup));
	printf("%-20s %-28s %-8s %8llu  %s\n", tenant->value.name, *cgroup ? cgroup : "gone",
	       state_of(tenant), (unsigned long long)denied_in_all(tenant),
	       last_text(last, sizeof(last), egress, tenant));
}

int tenant_show(const struct egress *egress, const struct tenant *tenant, bool json)
{
	if (json)
		return output_print(tenant_to_json(egress, tenant));
	print_tenant(egress, tenant);
	return EXIT_OK;
}

int tenant_list(const struct egress *egress, bool json)
{
	struct json_object *array = json ? output_array() : NULL;
	size_t count = 0;
	struct tenant *tenants = egress ? egress_tenants(egress, &count) : NULL;

	if (!json && count)
		printf("%-20s %-28s %-8s %8s  %s\n", "TENANT", "CGROUP", "EXIT", "DENIED",
		       "LAST DENIED");
	else if (!json)
		puts("There are no tenants.");
	for (size_t i = 0; i < count; i++) {
		if (json)
			output_append(array, tenant_to_json(egress, &tenants[i]));
		else
			print_line(egress, &tenants[i]);
	}
	free(tenants);
	return json ? output_print(array) : EXIT_OK;
}
