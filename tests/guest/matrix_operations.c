// SPDX-License-Identifier: GPL-2.0-only
/* The columns of the fault matrix. */
#include "matrix.h"

#include <setjmp.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#define REGION	3	/* of buffers that only the operation uses */

static bool is_gone(const struct cell *cell)
{
	return cell->row->aftermath == GONE;
}

/* @function gets the cell; it must not assert. */
static void leave_waiting(struct cell *cell, void *(*function)(void *))
{
	assert_int_equal(pthread_create(&cell->thread, NULL, function, cell), 0);
	cell->waiting = true;
}

static void join(struct cell *cell)
{
	assert_int_equal(pthread_join(cell->thread, NULL), 0);
	cell->waiting = false;
}

/* ---- open --------------------------------------------------------------------- */

static void open_begin(struct cell *cell)
{
	struct gantry_device *dev = NULL;
	struct gantry_region_info info = { .size = sizeof(info) };

	if (is_gone(cell)) {
		/* There is no node any more. */
		assert_refused(gantry_device_open(card_address(0), &dev), ENXIO);
		return;
	}
	dev = card_open(0);
	assert_done(gantry_device_get_region(dev, 0, &info));
	gantry_device_close(dev);
}

/* ---- buffer create ------------------------------------------------------------- */

static void *create_buffer(void *arg)
{
	struct cell *cell = arg;

	cell->result = gantry_buffer_create(cell->scene.victim.dev, JOB_BYTES,
					    region_at(cell->scene.victim.fd, REGION),
					    &cell->extra);
	return NULL;
}

static void create_begin(struct cell *cell)
{
	leave_waiting(cell, create_buffer);
}

static void create_end(struct cell *cell)
{
	int error = cell->row->victim;

	join(cell);
	if (error == -ETIME)
		error = -EIO;
	assert_int_equal(cell->result, error);
	if (error)
		return;
	if (!cell->row->wrong_bits)
		bytes_expect(buffer_map(cell->extra), JOB_BYTES, 0);
	gantry_buffer_destroy(cell->extra);
}

/* ---- submit -------------------------------------------------------------------- */

static void submit_begin(struct cell *cell)
{
	struct actor *victim = &cell->scene.victim;

	/* Behind the struck job, in its queue */
	cell->result = raw_copy(victim->fd, victim->queue, buffer_handle(victim->hbm),
				buffer_handle(victim->src), JOB_BYTES, &cell->second);
}

static void submit_end(struct cell *cell)
{
	struct actor *victim = &cell->scene.victim;
	int result = cell->result;

	if (result) {
		/* The queue was broken already, or the card gone. */
		assert_int_equal(result, is_gone(cell) ? -ENODEV : -EIO);
		assert_true(cell->row->noticed);
		return;
	}
	result = raw_wait(victim->fd, victim->queue, cell->second);
	/* A reset of the card may have come first, and says -EIO of all that it met. */
	if (!cell->row->victim || is_gone(cell))
		assert_int_equal(result, cell->row->victim);
	else if (cell->row->same != -EIO || result != -EIO)
		assert_int_equal(result, -ECANCELED);
}

/* ---- wait ---------------------------------------------------------------------- */

static void *wait_for_job(void *arg)
{
	struct cell *cell = arg;
	struct actor *victim = &cell->scene.victim;

	cell->result = raw_wait(victim->fd, victim->queue, victim->seqno);
	return NULL;
}

static void wait_begin(struct cell *cell)
{
	leave_waiting(cell, wait_for_job);
}

static void wait_end(struct cell *cell)
{
	join(cell);
	assert_int_equal(cell->result, cell->row->victim);
}

/* ---- access through a mapping ----------------------------------------------------- */

static sigjmp_buf bus_error;

static void on_bus_error(int number)
{
	(void)number;
	siglongjmp(bus_error, 1);
}

/* A buffer in which no job writes */
static void access_prepare(struct cell *cell)
{
	cell->extra = buffer_make(cell->scene.victim.dev, JOB_BYTES, REGION);
	buffer_map(cell->extra);
}

static bool access_is_refused(volatile uint8_t *map)
{
	struct sigaction action = { .sa_handler = on_bus_error }, before;
	volatile bool refused = true;

	sigaction(SIGBUS, &action, &before);
	if (!sigsetjmp(bus_error, 1)) {
		map[0] = map[JOB_BYTES - 1] ^ 1;
		refused = false;
	}
	sigaction(SIGBUS, &before, NULL);
	return refused;
}

static void access_begin(struct cell *cell)
{
	volatile uint8_t *map = buffer_map(cell->extra);
	int64_t end = time_now() + 60 * SECOND;
	bool refused = access_is_refused(map);

	/* Mappings go after the fences, which others may wait for; nothing tells when. */
	while (!refused && is_gone(cell) && time_now() < end)
		refused = access_is_refused(map);
	assert_int_equal(refused, is_gone(cell));
	/* Host memory is the program's own, whatever becomes of the card. */
	data_expect(buffer_map(cell->scene.victim.src), JOB_BYTES, cell->scene.victim.seed);
}

static void access_end(struct cell *cell)
{
	gantry_buffer_destroy(cell->extra);
}

/* ---- free ------------------------------------------------------------------------ */

static void free_prepare(struct cell *cell)
{
	cell->extra = buffer_make(cell->scene.victim.dev, JOB_BYTES, REGION);
	memset(buffer_map(cell->extra), 0x5a, JOB_BYTES);
}

/* Does not wait for the card, whatever that is at. */
static void free_begin(struct cell *cell)
{
	gantry_buffer_destroy(cell->extra);
	cell->extra = NULL;
}

/* Memory that could not be zeroed comes back too, as what it is. */
static void free_end(struct cell *cell)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	struct gantry_region_info info = { .size = sizeof(info) };
	int64_t end = time_now() + 60 * SECOND;
	uint32_t region;

	if (is_gone(cell))
		return;
	region = region_at(cell->scene.victim.fd, REGION);
	assert_done(gantry_device_get_region(cell->scene.victim.dev, region, &info));
	while (info.scrubbing) {
		if (time_now() > end)
			fail_msg("%llu bytes are still to be zeroed",
				 (unsigned long long)info.scrubbing);
		nanosleep(&pause, NULL);
		assert_done(gantry_device_get_region(cell->scene.victim.dev, region, &info));
	}
}

/* ---- export ---------------------------------------------------------------------- */

static void export_begin(struct cell *cell)
{
	struct scene *scene = &cell->scene;
	int dmabuf = gantry_buffer_export(scene->victim.hbm);
	struct gantry_buffer *twin = NULL;

	if (is_gone(cell)) {
		assert_int_equal(dmabuf, -ENODEV);
		return;
	}
	assert_done(dmabuf);
	assert_done(gantry_buffer_import(scene->same.dev, dmabuf, &twin));
	gantry_buffer_destroy(twin);
	close(dmabuf);
}

/* ---- close, unbind ------------------------------------------------------------------ */

static void close_begin(struct cell *cell)
{
	actor_close(&cell->scene.victim);
}

static void unbind_begin(struct cell *cell)
{
	(void)cell;
	card_unbind(0);
}

const struct operation operations[] = {
	{ .name = "open", .begin = open_begin },
	{ .name = "create", .struck = true, .dirty = true, .begin = create_begin,
	  .end = create_end },
	{ .name = "submit", .follows = true, .begin = submit_begin, .end = submit_end },
	{ .name = "wait", .begin = wait_begin, .end = wait_end },
	{ .name = "access", .prepare = access_prepare, .begin = access_begin,
	  .end = access_end },
	{ .name = "free", .struck = true, .prepare = free_prepare, .begin = free_begin,
	  .end = free_end },
	{ .name = "export", .begin = export_begin },
	{ .name = "close", .closes = true, .begin = close_begin },
	{ .name = "unbind", .unbinds = true, .begin = unbind_begin },
};

const unsigned int operation_count = ARRAY_LENGTH(operations);
