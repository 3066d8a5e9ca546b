// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every fault during every operation. In each cell a fault strikes the work of one
 * context (its job, or what the card does for the operation itself), and the
 * operation is carried out while that lasts. Then the struck job must end with the
 * error of its row, a job on the same ring and one on another ring must come out
 * as the row says and with the right data, the driver's counters must tell what
 * it did, the card must work again, and no memory be lost.
 *
 * No cell depends on time: faults tell that they struck, and the driver's patience
 * is endless until the operation is done and is cut short then.
 *
 * Cells that cannot be, on this chip or on any, say why. The matrix is printed at the
 * end, as comments.
 * GANTRY_CELL, a pattern for the names of tests, leaves out the others.
 */
#include "matrix.h"
#include "recovery.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The driver's patience in milliseconds: for ever, and as little as a busy machine allows */
#define ENDLESS		"600000"
#define SHORT		"300"

/* For a reset that works, for one that works the second time, and for one that never does */
#define RESET_LONG	"10000"
#define RESET_SHORT	"500"
#define RESET_HOPELESS	"100"

#define ANYWHERE	VFU_FAULT_ANYWHERE

static void set_parameter(const char *name, const char *value)
{
	assert_done(sysfs_write(value, "module/gantry/parameters/%s", name));
}

/* ---- binding ------------------------------------------------------------------- */

static bool binds(void)
{
	return !sysfs_write(card_address(0), "bus/pci/drivers/gantry/bind");
}

static void expect_refused_then_bound(void)
{
	assert_false(binds());
	assert_string_equal(card_now(0).driver, "");
	fault_disarm_all(0);
	set_parameter("reset_timeout_ms", RESET_LONG);
	assert_true(binds());
}

/* Later and later in probe, until it is over before the fault strikes */
static void bind_off_bus_at(uint32_t where)
{
	struct fault fault = { .name = "off-bus", .where = where };
	uint32_t step = 1;
	bool struck;

	do {
		fault_arm(0, &fault);
		struck = !binds();
		if (struck)
			assert_int_equal(fault_fired(0, "off-bus"), 1);
		else
			assert_done(sysfs_write(card_address(0), "bus/pci/drivers/gantry/unbind"));
		fault_disarm_all(0);
		fault.after += step;
		step = where == VFU_AT_READ ? 1 : step + 3;
	} while (struck);
	/* The first access, the second, ... were all tried. */
	assert_true(fault.after > 8);
}

static void bind_off_bus(const struct row *row)
{
	(void)row;
	set_parameter("reset_timeout_ms", RESET_SHORT);
	bind_off_bus_at(VFU_AT_READ);
	bind_off_bus_at(VFU_AT_WRITE);
	assert_true(binds());
}

static void bind_reset_fails(const struct row *row)
{
	set_parameter("reset_timeout_ms", RESET_HOPELESS);
	fault_arm(0, &row->faults[1]);
	expect_refused_then_bound();
}

static void bind_goes_on(const struct row *row)
{
	fault_arm(0, &row->faults[0]);
	assert_true(binds());
}

/* ---- the rows --------------------------------------------------------------------- */

#define NO_WORK "binding gives the card no packet to fail at"

/* Nobody is behind the struck job on its ring, and it is as if it had hung. */
static const struct row completion_lost_alone = {
	.name = "completion-lost",
	.faults = { { "completion-lost", ANYWHERE, .times = 2 } },
	.blocks = true,
	.victim = -ETIME,
	.ring_resets = 1,
	.no_bind = NO_WORK,
};

static const struct row rows[] = {
	{
		.name = "completion-late",
		.faults = { { "completion-late", ANYWHERE } },
		.blocks = true,
		.released = "completion-late",
		.no_bind = NO_WORK,
	}, {
		.name = "completion-lost",
		/* Both of a job's fences: the one behind it on the ring tells of it. */
		.faults = { { "completion-lost", ANYWHERE, .times = 2 } },
		.blocks = true,
		.no_bind = NO_WORK,
		.alone = &completion_lost_alone,
	}, {
		.name = "bit-flip",
		.faults = { { "bit-flip", ANYWHERE, .value = 4711 } },
		.wrong_bits = 1,
		.no_bind = NO_WORK,
	}, {
		.name = "ecc-uncorrected",
		.faults = { { "ecc-uncorrected", .where = 1 } },
		.bind = bind_goes_on,
		.absent = "only firmware of the chip's own counts such errors",
	}, {
		.name = "hang",
		.faults = { { "hang", ANYWHERE } },
		.blocks = true,
		.victim = -ETIME,
		.ring_resets = 1,
		.no_bind = NO_WORK,
	}, {
		.name = "descriptor-error",
		.faults = { { "descriptor-error", ANYWHERE } },
		.blocks = true,
		.noticed = true,
		.victim = -EIO,
		.ring_resets = 1,
		.no_bind = NO_WORK,
	}, {
		.name = "page-fault",
		.faults = { { "page-fault", ANYWHERE } },
		.blocks = true,
		.noticed = true,
		.victim = -EIO,
		.ring_resets = 1,
		.no_bind = NO_WORK,
		.absent = "the chip has no page tables",
	}, {
		.name = "dma-read-refused",
		.faults = { { "dma-refused", VFU_AT_DMA_READ } },
		.blocks = true,
		.noticed = true,
		.victim = -EIO,
		.ring_resets = 1,
		.no_bind = NO_WORK,
	}, {
		.name = "dma-write-refused",
		.faults = { { "dma-refused", VFU_AT_DMA_WRITE } },
		.blocks = true,
		.noticed = true,
		.victim = -EIO,
		.ring_resets = 1,
		.no_bind = NO_WORK,
	}, {
		.name = "hang-until-card-reset",
		.faults = { { "hang-until-card-reset", ANYWHERE } },
		.blocks = true,
		.victim = -ETIME,
		.same = -ETIME,
		.ring_resets = 1,
		.device_resets = 1,
		.no_bind = NO_WORK,
	}, {
		.name = "hang-that-does-not-stop",
		.faults = { { "hang-until-card-reset", ANYWHERE, .value = 1 } },
		.blocks = true,
		.victim = -ETIME,
		.same = -EIO,
		.device_resets = 1,
		.no_bind = NO_WORK,
	}, {
		.name = "reset-fails-once",
		.faults = {
			{ "hang-until-card-reset", ANYWHERE, .value = 1 },
			{ "reset-fails", ANYWHERE },
		},
		.blocks = true,
		.victim = -ETIME,
		.same = -EIO,
		.device_resets = 1,
		.resets_failed = 1,
		.bind = bind_reset_fails,
	}, {
		.name = "reset-fails-always",
		.faults = {
			{ "hang-until-card-reset", ANYWHERE, .value = 1 },
			{ "reset-fails", ANYWHERE, .times = VFU_FAULT_ALWAYS },
		},
		.blocks = true,
		.victim = -ETIME,
		.same = -EIO,
		.resets_failed = 2,
		.aftermath = FAILED,
		.bind = bind_reset_fails,
	}, {
		.name = "off-bus",
		.faults = { { "off-bus", VFU_AT_DMA_READ } },
		.blocks = true,
		.noticed = true,
		.victim = -ENODEV,
		.same = -ENODEV,
		.aftermath = GONE,
		.bind = bind_off_bus,
	},
};

/* ---- a cell ----------------------------------------------------------------------- */

static const char *reset_timeout(const struct row *row)
{
	if (row->aftermath == FAILED)
		return RESET_HOPELESS;
	return row->resets_failed ? RESET_SHORT : RESET_LONG;
}

static void arm(const struct row *row)
{
	unsigned int i;

	set_parameter("reset_timeout_ms", reset_timeout(row));
	for (i = 0; i < ARRAY_LENGTH(row->faults) && row->faults[i].name; i++)
		fault_arm(0, &row->faults[i]);
}

/* A job of a context that the fault did not strike; 0 means with the right data. */
static void bystander_submit(const struct cell *cell, struct actor *actor)
{
	int ret = actor_submit(actor);

	if (ret)
		assert_int_equal(ret, cell->row->aftermath == GONE ? -ENODEV : 0);
}

static void bystander_expect(struct actor *actor, int error)
{
	if (actor->sync_file < 0)
		return;
	assert_int_equal(actor_wait(actor), error);
	if (!error)
		assert_int_equal(actor_wrong_bits(actor), 0);
}

static int victim_error(struct cell *cell)
{
	struct actor *victim = &cell->scene.victim;

	return cell->op->closes || cell->op->unbinds ? actor_fence_error(victim) :
						       actor_wait(victim);
}

static void victim_expect(struct cell *cell)
{
	const struct row *row = cell->row;
	int error = victim_error(cell);

	/* Unbinding ends what has not ended. */
	if (cell->op->unbinds && row->blocks && error == -ENODEV)
		return;
	assert_int_equal(error, row->victim);
	if (!error && !cell->op->closes)
		assert_int_equal(actor_wrong_bits(&cell->scene.victim), row->wrong_bits);
}

static void counters_expect(const struct row *row, const struct drm_gantry_counters_info *before,
			    const struct drm_gantry_counters_info *after)
{
	assert_int_equal(after->ring_resets - before->ring_resets, row->ring_resets);
	assert_int_equal(after->device_resets - before->device_resets, row->device_resets);
	assert_int_equal(after->device_resets_failed - before->device_resets_failed,
			 row->resets_failed);
}

/* Who watches over the machine learns of it. */
static void watchers_expect(const struct row *row, int events)
{
	static const char *const states[] = { "ready", "failed", "gone" };

	if (row->aftermath == GONE)
		events_expect_wedged(events, "bus-reset");
	else if (row->aftermath == FAILED)
		events_expect_wedged(events, "rebind,bus-reset");
	else if (row->device_resets)
		events_expect_wedged(events, "none");
	else
		events_expect_none(events);
	card_state_expect(0, states[row->aftermath]);
	if (row->ring_resets || row->device_resets || row->resets_failed)
		coredump_expect(events);
	else
		assert_false(coredump_take());
}

/* The fault lasts from the moment this returns. */
static void strike(struct cell *cell)
{
	const struct fault *fault = &cell->row->faults[0];

	arm(cell->row);
	if (cell->op->struck)
		cell->op->begin(cell);
	else
		assert_done(actor_submit(&cell->scene.victim));
	fault_wait(0, fault->name, fault->times && !cell->op->struck ? fault->times : 1);
	if (cell->op->struck)
		scene_take_seats(&cell->scene, fault_fired_at(0, fault->name));
}

/* What lasts for ever without it comes to its end. */
static void let_it_end(struct cell *cell)
{
	if (cell->row->released)
		fault_release(0, cell->row->released);
	else if (cell->row->victim && !cell->row->noticed)
		set_parameter("job_timeout_ms", SHORT);
}

static void during(struct cell *cell)
{
	struct scene *scene = &cell->scene;

	/* The driver needs nobody to tell it that the card is gone. */
	if (cell->row->aftermath == GONE && !cell->op->struck && !cell->op->unbinds)
		assert_int_equal(actor_fence_error(&scene->victim), -ENODEV);
	/* What was submitted and has not begun goes with its context, as with its card. */
	if (!cell->row->blocks && (cell->op->closes || cell->op->unbinds))
		assert_int_equal(actor_fence_error(&scene->victim), 0);
	bystander_submit(cell, &scene->other);
	if (cell->row->aftermath != GONE)
		bystander_expect(&scene->other, 0);
	if (!cell->op->struck)
		cell->op->begin(cell);
	if (!cell->op->unbinds)
		bystander_submit(cell, &scene->same);
}

static void afterwards(struct cell *cell)
{
	const struct row *row = cell->row;

	let_it_end(cell);
	if (cell->op->struck)
		cell->op->end(cell);
	else
		victim_expect(cell);
	/* A job that is done again must not be hurried. */
	if (!row->same)
		set_parameter("job_timeout_ms", ENDLESS);
	bystander_expect(&cell->scene.same, row->same);
	if (row->aftermath == GONE)
		bystander_expect(&cell->scene.other, -ENODEV);
	set_parameter("job_timeout_ms", ENDLESS);
	if (cell->op->end && !cell->op->struck)
		cell->op->end(cell);
}

static void card_expect_working(void)
{
	struct actor actor;

	actor_make(&actor, 4);
	actor.queue = raw_queue(actor.fd);
	assert_done(actor_submit(&actor));
	assert_int_equal(actor_wait(&actor), 0);
	assert_int_equal(actor_wrong_bits(&actor), 0);
	actor_destroy(&actor);
}

/* The card works, or it says why not and works once it was bound again. */
static void card_expect_back(const struct cell *cell)
{
	struct gantry_device *dev = NULL;
	struct gantry_buffer *buf = NULL;

	set_parameter("reset_timeout_ms", RESET_LONG);
	if (cell->op->unbinds) {
		card_bind(0);
	} else if (cell->row->aftermath == GONE) {
		assert_refused(gantry_device_open(card_address(0), &dev), ENXIO);
	} else if (cell->row->aftermath == FAILED) {
		dev = card_open(0);
		assert_refused(gantry_buffer_create(dev, JOB_BYTES, 0, &buf), EIO);
		gantry_device_close(dev);
	}
	if (cell->row->aftermath != WORKS && !cell->op->unbinds) {
		card_unbind(0);
		fault_disarm_all(0);
		card_bind(0);
	}
	card_expect_working();
	cards_expect_all_free();
}

static void run_cell(struct cell *cell)
{
	struct drm_gantry_counters_info before, after;
	const struct row *row = cell->row;
	int events;

	if (cell->op->dirty) {
		card_unbind(0);
		card_bind(0);
	}
	scene_make(&cell->scene);
	if (cell->op->prepare)
		cell->op->prepare(cell);
	scene_make_queues(&cell->scene, !cell->op->struck);
	before = counters_now(cell->scene.other.fd);
	events = events_open();
	coredump_take();
	strike(cell);
	during(cell);
	if (cell->op->unbinds)
		fault_disarm_all(0);
	afterwards(cell);
	if (!cell->op->unbinds) {
		watchers_expect(row, events);
		if (row->aftermath != GONE) {
			after = counters_now(cell->scene.other.fd);
			counters_expect(row, &before, &after);
		}
	}
	close(events);
	scene_destroy(&cell->scene);
	card_expect_back(cell);
}

/* ---- all of them --------------------------------------------------------------------- */

#define COLUMNS		(operation_count + 1)	/* binding comes first */

enum verdict { NOT_RUN, HELD, SKIPPED, BROKEN };

/* The state of a test: one cell and what came of it. */
struct entry {
	struct cell cell;
	enum verdict verdict;
};

static struct entry *entries;

/* Has each queue a ring of its own? */
static bool queues_are_alone;

static struct entry *entry_at(unsigned int row, unsigned int column)
{
	return &entries[row * COLUMNS + column];
}

/* A chip need not know every fault. */
static void skip_if_absent(struct entry *entry)
{
	const struct row *row = entry->cell.row;
	unsigned int i;

	for (i = 0; i < ARRAY_LENGTH(row->faults) && row->faults[i].name; i++) {
		if (fault_known(0, row->faults[i].name))
			continue;
		assert_non_null(row->absent);
		entry->verdict = SKIPPED;
		print_message("# %s: %s\n", row->name, row->absent);
		skip();
	}
}

static void bind_test(void **state)
{
	struct entry *entry = *state;
	const struct row *row = entry->cell.row;

	skip_if_absent(entry);
	if (!row->bind) {
		entry->verdict = SKIPPED;
		print_message("# %s while binding: %s\n", row->name, row->no_bind);
		skip();
	}
	entry->verdict = BROKEN;
	card_unbind(0);
	assert_done(sysfs_write("gantry", "bus/pci/devices/%s/driver_override",
				card_address(0)));
	row->bind(row);
	fault_disarm_all(0);
	card_bind(0);
	card_expect_working();
	entry->verdict = HELD;
}

static void cell_test(void **state)
{
	struct entry *entry = *state;

	skip_if_absent(entry);
	entry->verdict = BROKEN;
	run_cell(&entry->cell);
	entry->verdict = HELD;
}

static int entry_setup(void **state)
{
	struct entry *entry = *state;
	const struct row *alone = entry->cell.row->alone;
	const struct operation *op = entry->cell.op;

	if (queues_are_alone && alone && !(op && op->follows))
		entry->cell.row = alone;
	set_parameter("job_timeout_ms", ENDLESS);
	set_parameter("reset_timeout_ms", RESET_LONG);
	return 0;
}

/* A cell that failed leaves neither faults nor a card that is beside itself. */
static int entry_teardown(void **state)
{
	struct entry *entry = *state;
	struct cell *cell = &entry->cell;

	fault_disarm_all(0);
	if (entry->verdict != BROKEN)
		return 0;
	coredump_take();
	/* What still waits for the card, here or in the kernel, does so no longer. */
	set_parameter("job_timeout_ms", SHORT);
	if (cell->waiting)
		pthread_join(cell->thread, NULL);
	scene_destroy(&cell->scene);
	card_unbind(0);
	card_bind(0);
	return 0;
}

static void print_matrix(void)
{
	static const char *const words[] = { "-", "ok", ".", "FAIL" };
	unsigned int row, column;

	printf("# %-24s%-7s", "", "bind");
	for (column = 0; column < operation_count; column++)
		printf(" %-7s", operations[column].name);
	for (row = 0; row < ARRAY_LENGTH(rows); row++) {
		printf("\n# %-24s", rows[row].name);
		for (column = 0; column < COLUMNS; column++)
			printf("%-7s ", words[entry_at(row, column)->verdict]);
	}
	printf("\n");
}

static struct CMUnitTest make_test(unsigned int row, unsigned int column)
{
	struct entry *entry = entry_at(row, column);
	const struct operation *op = column ? &operations[column - 1] : NULL;
	char *name;

	entry->cell.row = &rows[row];
	entry->cell.op = op;
	entry->cell.scene.victim.sync_file = -1;
	if (asprintf(&name, "a_card_survives_%s_during_%s", rows[row].name,
		     op ? op->name : "bind") < 0)
		abort();
	return (struct CMUnitTest) {
		.name = name,
		.test_func = op ? cell_test : bind_test,
		.setup_func = entry_setup,
		.teardown_func = entry_teardown,
		.initial_state = entry,
	};
}

/*
 * Where queues share rings there are as many rings as the card says; where each has
 * its own, a dump of a card with more queues than that shows more.
 */
static void find_whether_queues_are_alone(void)
{
	int events = events_open();
	struct actor actor;
	uint32_t i, rings;

	actor_make(&actor, 5);
	rings = device_now(actor.fd).ring_count;
	for (i = 0; i <= rings; i++)
		actor.queue = raw_queue(actor.fd);
	coredump_take();
	fault_arm_next(0, "hang");
	set_parameter("job_timeout_ms", SHORT);
	assert_done(actor_submit(&actor));
	assert_int_equal(actor_wait(&actor), -ETIME);
	coredump_expect(events);
	queues_are_alone = coredump_ring_count() > rings;
	actor_destroy(&actor);
	close(events);
}

static int matrix_setup(void **state)
{
	cards_setup(state);
	find_whether_queues_are_alone();
	return 0;
}

static int matrix_teardown(void **state)
{
	set_parameter("job_timeout_ms", "5000");
	set_parameter("reset_timeout_ms", "30000");
	print_matrix();
	return cards_teardown(state);
}

int main(void)
{
	unsigned int count = ARRAY_LENGTH(rows) * COLUMNS, i;
	struct CMUnitTest *tests = calloc(count, sizeof(*tests));
	int failed;

	entries = calloc(count, sizeof(*entries));
	if (!tests || !entries)
		abort();
	for (i = 0; i < count; i++)
		tests[i] = make_test(i / COLUMNS, i % COLUMNS);
	cmocka_set_test_filter(getenv("GANTRY_CELL"));
	failed = _cmocka_run_group_tests("fault matrix", tests, count, matrix_setup,
					 matrix_teardown);
	for (i = 0; i < count; i++)
		free((char *)tests[i].name);
	free(tests);
	free(entries);
	return failed;
}
