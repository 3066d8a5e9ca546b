// SPDX-License-Identifier: GPL-2.0-only
/* Faults: what is armed, what strikes, and the command line. */
#include "fault.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct vfu_fault_kind common[VFU_FAULT_CHIP] = {
	[VFU_FAULT_OFF_BUS] = {
		"off-bus",
		"reads answer ones, writes and DMA are lost, until it is disarmed\n"
		"where: at once, or at the next 0 register read, 1 register write,\n"
		"2 read or 3 write of host memory",
	},
	[VFU_FAULT_KILLED] = {
		"killed",
		"the emulator's process ends; where: as off-bus",
	},
	[VFU_FAULT_DMA] = {
		"dma-refused",
		"an access to host memory fails; where: 2 reads, 3 writes",
	},
};

void vfu_faults_init(struct vfu_faults *faults, const struct vfu_fault_kind *chip,
		     unsigned int count)
{
	memset(faults, 0, sizeof(*faults));
	pthread_mutex_init(&faults->lock, NULL);
	faults->count = VFU_FAULT_CHIP + count;
	for (unsigned int i = 0; i < VFU_FAULT_CHIP; i++)
		faults->fault[i].kind = &common[i];
	for (unsigned int i = 0; i < count; i++)
		faults->fault[VFU_FAULT_CHIP + i].kind = &chip[i];
}

void vfu_faults_fini(struct vfu_faults *faults)
{
	pthread_mutex_destroy(&faults->lock);
}

bool vfu_fault_strike(struct vfu_faults *faults, unsigned int number, uint32_t where,
		      uint32_t *value)
{
	struct vfu_fault *fault = &faults->fault[number];
	bool strikes = false;

	pthread_mutex_lock(&faults->lock);
	if (!fault->times || (fault->where != VFU_FAULT_ANYWHERE && fault->where != where))
		goto out;
	if (fault->after) {
		fault->after--;
		goto out;
	}
	strikes = true;
	fault->fired++;
	fault->fired_at = where;
	if (value)
		*value = fault->value;
	if (fault->times != VFU_FAULT_ALWAYS && !--fault->times)
		atomic_fetch_and(&faults->armed, ~(1u << number));
out:
	pthread_mutex_unlock(&faults->lock);
	return strikes;
}

static void __attribute__((noreturn)) end_process(void)
{
	/* No good-bye to the client. Not a failure of ours: it was asked for. */
	_exit(EXIT_SUCCESS);
}

static void tell(struct vfu_faults *faults, unsigned int number, bool over)
{
	if (faults->changed)
		faults->changed(faults->priv, number, over);
}

/* Without a place to wait for, the common ones strike as they are armed */
static void strike_at_once(struct vfu_faults *faults, unsigned int number, uint32_t where)
{
	if (where != VFU_FAULT_ANYWHERE)
		return;
	if (number == VFU_FAULT_OFF_BUS && vfu_fault(faults, number, where, NULL))
		atomic_store(&faults->off_bus, true);
	if (number == VFU_FAULT_KILLED && vfu_fault(faults, number, where, NULL))
		end_process();
}

void vfu_fault_arm(struct vfu_faults *faults, unsigned int number,
		   const struct vfu_fault *setting)
{
	struct vfu_fault *fault = &faults->fault[number];

	pthread_mutex_lock(&faults->lock);
	fault->where = setting->where;
	fault->after = setting->after;
	fault->times = setting->times;
	fault->value = setting->value;
	fault->fired = 0;
	fault->fired_at = VFU_FAULT_ANYWHERE;
	if (fault->times)
		atomic_fetch_or(&faults->armed, 1u << number);
	else
		atomic_fetch_and(&faults->armed, ~(1u << number));
	pthread_mutex_unlock(&faults->lock);
	strike_at_once(faults, number, setting->where);
	tell(faults, number, false);
}

void vfu_fault_release(struct vfu_faults *faults, unsigned int number)
{
	if (number == VFU_FAULT_OFF_BUS)
		atomic_store(&faults->off_bus, false);
	tell(faults, number, true);
}

void vfu_fault_disarm(struct vfu_faults *faults, unsigned int number)
{
	pthread_mutex_lock(&faults->lock);
	faults->fault[number].times = 0;
	atomic_fetch_and(&faults->armed, ~(1u << number));
	pthread_mutex_unlock(&faults->lock);
	vfu_fault_release(faults, number);
}

bool vfu_fault_get(struct vfu_faults *faults, unsigned int number, struct vfu_fault *out)
{
	bool armed;

	pthread_mutex_lock(&faults->lock);
	*out = faults->fault[number];
	armed = atomic_load(&faults->armed) & 1u << number;
	pthread_mutex_unlock(&faults->lock);
	return armed;
}

bool vfu_fault_off_bus(struct vfu_faults *faults, uint32_t at)
{
	if (!faults)
		return false;
	if (vfu_fault(faults, VFU_FAULT_KILLED, at, NULL))
		end_process();
	if (vfu_fault(faults, VFU_FAULT_OFF_BUS, at, NULL))
		atomic_store(&faults->off_bus, true);
	return atomic_load_explicit(&faults->off_bus, memory_order_relaxed);
}

/* ---- the command line ------------------------------------------------------- */

static int find(const struct vfu_faults *faults, const char *name, size_t length)
{
	for (unsigned int i = 0; i < faults->count; i++) {
		const char *candidate = faults->fault[i].kind->name;

		if (strlen(candidate) == length && !memcmp(candidate, name, length))
			return i;
	}
	return -ENOENT;
}

static bool parse_number(const char *text, size_t length, uint32_t *out)
{
	unsigned long long value;
	char *end;

	if (length == strlen("always") && !memcmp(text, "always", length)) {
		*out = VFU_FAULT_ALWAYS;
		return true;
	}
	if (!length || *text < '0' || *text > '9')
		return false;
	errno = 0;
	value = strtoull(text, &end, 0);
	*out = value;
	return end == text + length && !errno && value <= UINT32_MAX;
}

/* One NAME=N of a setting, @length bytes in all */
static bool parse_part(struct vfu_fault *setting, const char *text, size_t length)
{
	const struct {
		const char *name;
		uint32_t *field;
	} parts[] = {
		{ "where=", &setting->where },
		{ "after=", &setting->after },
		{ "times=", &setting->times },
		{ "value=", &setting->value },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		size_t prefix = strlen(parts[i].name);

		if (length > prefix && !memcmp(text, parts[i].name, prefix))
			return parse_number(text + prefix, length - prefix, parts[i].field);
	}
	return false;
}

const char *vfu_fault_parse(struct vfu_faults *faults, const char *text)
{
	struct vfu_fault setting = { .where = VFU_FAULT_ANYWHERE, .times = 1 };
	size_t length = strcspn(text, ":");
	int number = find(faults, text, length);

	if (number < 0)
		return "there is no such fault";
	for (text += length; *text; text += length) {
		text++;
		length = strcspn(text, ":");
		if (!parse_part(&setting, text, length))
			return "after the name come where=N, after=N, times=N (or always), value=N";
	}
	vfu_fault_arm(faults, number, &setting);
	return NULL;
}

void vfu_faults_print(const struct vfu_faults *faults, FILE *out)
{
	for (unsigned int i = 0; i < faults->count; i++) {
		const struct vfu_fault_kind *kind = faults->fault[i].kind;
		const char *line = kind->help;

		fprintf(out, "  %s\n", kind->name);
		while (*line) {
			int length = strcspn(line, "\n");

			fprintf(out, "      %.*s\n", length, line);
			line += length + (line[length] == '\n');
		}
	}
}
