// SPDX-License-Identifier: GPL-2.0-only
/*
 * gantryctl info: what one card is, holds, feels and has done.
 *
 * The answer is built once, as JSON; the text for people is printed from it, so
 * the two cannot tell different things.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gantryctl.h"
#include "output.h"
#include "text.h"

static const char help[] =
"Usage: gantryctl info [--json] [CARD]\n"
"\n"
"Shows what a card is, how full its memory is, its sensors, its links to other\n"
"cards, and what the driver did on it so far.\n"
"\n"
"  CARD         PCI address, accelN, N or device node; default: the first bound\n"
"  -j, --json   machine-readable: one object\n"
"\n"
"Exit code: 0; 1 no such card, not bound, or it does not answer.\n";

static struct json_object *regions_to_json(struct gantry_device *dev)
{
	struct gantry_region_info region = { .size = sizeof(region) };
	struct json_object *array = output_array();

	for (unsigned int i = 0; !gantry_device_get_region(dev, i, &region); i++) {
		struct json_object *object = output_object();

		output_text(object, "name", region.name);
		output_unsigned(object, "total", region.total);
		output_unsigned(object, "free", region.free);
		output_unsigned(object, "scrubbing", region.scrubbing);
		output_unsigned(object, "dirty", region.dirty);
		output_append(array, object);
	}
	return array;
}

static const char *sensor_unit(uint32_t kind)
{
	switch (kind) {
	case GANTRY_SENSOR_TEMPERATURE:
		return "millidegree Celsius";
	case GANTRY_SENSOR_POWER:
		return "microwatt";
	case GANTRY_SENSOR_ERRORS:
		return "errors";
	case GANTRY_SENSOR_UTILIZATION:
		return "thousandths";
	default:
		return "unknown";
	}
}

static struct json_object *sensors_to_json(struct gantry_device *dev, uint32_t count)
{
	struct gantry_sensor_info sensor = { .size = sizeof(sensor) };
	struct json_object *array = output_array();

	for (uint32_t i = 0; i < count; i++) {
		struct json_object *object;

		/* one that gives no answer now is left out, the others count */
		if (gantry_device_get_sensor(dev, i, &sensor))
			continue;
		object = output_object();
		output_text(object, "name", sensor.name);
		output_signed(object, "value", sensor.value);
		output_text(object, "unit", sensor_unit(sensor.kind));
		output_append(array, object);
	}
	return array;
}

static struct json_object *neighbors_to_json(struct gantry_device *dev, uint32_t count)
{
	struct gantry_neighbor_info neighbor = { .size = sizeof(neighbor) };
	struct json_object *array = output_array();

	for (uint32_t i = 0; i < count; i++) {
		struct json_object *object;

		if (gantry_device_get_neighbor(dev, i, &neighbor))
			continue;
		object = output_object();
		output_unsigned(object, "port", neighbor.port);
		output_serial(object, "serial", neighbor.serial);
		output_append(array, object);
	}
	return array;
}

static struct json_object *counters_to_json(struct gantry_device *dev)
{
	struct gantry_counters_info counters = { .size = sizeof(counters) };
	struct json_object *object;

	if (gantry_device_get_counters(dev, &counters))
		return NULL;
	object = output_object();
	output_unsigned(object, "jobs_completed", counters.jobs_completed);
	output_unsigned(object, "jobs_failed", counters.jobs_failed);
	output_unsigned(object, "jobs_timed_out", counters.jobs_timed_out);
	output_unsigned(object, "late_completions", counters.late_completions);
	output_unsigned(object, "ring_resets", counters.ring_resets);
	output_unsigned(object, "device_resets", counters.device_resets);
	output_unsigned(object, "device_resets_failed", counters.device_resets_failed);
	output_unsigned(object, "bytes_copied", counters.bytes_copied);
	output_unsigned(object, "bytes_filled", counters.bytes_filled);
	output_unsigned(object, "bytes_scrubbed", counters.bytes_scrubbed);
	output_unsigned(object, "bytes_scrub_failed", counters.bytes_scrub_failed);
	return object;
}

static struct json_object *limits_to_json(const struct gantry_device_info *info)
{
	struct json_object *object = output_object();

	output_unsigned(object, "rings", info->ring_count);
	output_unsigned(object, "queues", info->max_queues);
	output_unsigned(object, "operations", info->max_ops);
	output_unsigned(object, "syncs", info->max_syncs);
	output_unsigned(object, "jobs", info->max_jobs);
	output_unsigned(object, "page_size", info->page_size);
	output_unsigned(object, "job_timeout_ms", info->job_timeout_ms);
	return object;
}

static struct json_object *device_to_json(struct gantry_device *dev,
					  const struct gantry_device_info *info)
{
	struct json_object *object = output_object();

	output_text(object, "pci_address", info->pci_address);
	output_text(object, "chip", info->chip);
	output_pci_id(object, info->vendor_id, info->device_id, info->revision);
	output_serial(object, "serial", info->serial);
	output_add(object, "limits", limits_to_json(info));
	output_add(object, "regions", regions_to_json(dev));
	output_add(object, "sensors", sensors_to_json(dev, info->sensor_count));
	output_add(object, "neighbors", neighbors_to_json(dev, info->neighbor_count));
	output_add(object, "counters", counters_to_json(dev));
	return object;
}

/* ---- for people ---------------------------------------------------------- */

static const char *text_of(struct json_object *object, const char *key)
{
	return json_object_get_string(json_object_object_get(object, key));
}

static uint64_t number_of(struct json_object *object, const char *key)
{
	return json_object_get_uint64(json_object_object_get(object, key));
}

static void print_regions(struct json_object *regions)
{
	char total[24], available[24], scrubbing[24], dirty[24];

	printf("memory\n");
	for (size_t i = 0; i < json_object_array_length(regions); i++) {
		struct json_object *region = json_object_array_get_idx(regions, i);

		printf("  %zu %-12s%s, %s free, %s being scrubbed, %s to be scrubbed before use\n",
		       i, text_of(region, "name"),
		       format_size(total, sizeof(total), number_of(region, "total")),
		       format_size(available, sizeof(available), number_of(region, "free")),
		       format_size(scrubbing, sizeof(scrubbing), number_of(region, "scrubbing")),
		       format_size(dirty, sizeof(dirty), number_of(region, "dirty")));
	}
}

static void print_sensors(struct json_object *sensors)
{
	size_t count = json_object_array_length(sensors);

	if (count)
		printf("sensors\n");
	for (size_t i = 0; i < count; i++) {
		struct json_object *sensor = json_object_array_get_idx(sensors, i);
		int64_t value = json_object_get_int64(json_object_object_get(sensor, "value"));
		const char *unit = text_of(sensor, "unit");

		printf("  %-32s", text_of(sensor, "name"));
		if (!strcmp(unit, "millidegree Celsius"))
			printf("%.1f degree Celsius\n", value / 1e3);
		else if (!strcmp(unit, "microwatt"))
			printf("%.1f watt\n", value / 1e6);
		else if (!strcmp(unit, "thousandths"))
			printf("%.1f %%\n", value / 1e1);
		else
			printf("%lld %s\n", (long long)value, unit);
	}
}

static void print_neighbors(struct json_object *neighbors)
{
	size_t count = json_object_array_length(neighbors);

	if (count)
		printf("links\n");
	for (size_t i = 0; i < count; i++) {
		struct json_object *neighbor = json_object_array_get_idx(neighbors, i);
		const char *serial = text_of(neighbor, "serial");

		printf("  port %-27s", text_of(neighbor, "port"));
		if (serial)
			printf("card with serial number %s\n", serial);
		else
			printf("nothing, or it does not tell\n");
	}
}

static void print_numbers(const char *title, struct json_object *object)
{
	if (!object)
		return;
	printf("%s\n", title);
	json_object_object_foreach(object, key, value)
		printf("  %-32s%s\n", key, json_object_get_string(value));
}

static int print_info(struct json_object *info)
{
	const char *serial = text_of(info, "serial");

	printf("%s  %s revision %s, serial number %s\n", text_of(info, "pci_address"),
	       text_of(info, "chip"), text_of(info, "revision"), serial ? serial : "unknown");
	print_regions(json_object_object_get(info, "regions"));
	print_sensors(json_object_object_get(info, "sensors"));
	print_neighbors(json_object_object_get(info, "neighbors"));
	print_numbers("limits", json_object_object_get(info, "limits"));
	print_numbers("since the driver bound it", json_object_object_get(info, "counters"));
	json_object_put(info);
	return EXIT_OK;
}

int command_info(int argc, char **argv)
{
	struct gantry_device_info info = { .size = sizeof(info) };
	struct json_object *answer;
	struct gantry_device *dev;
	bool json = false;
	const char *name;
	int ret;

	ret = parse_arguments(argc, argv, help, false, &json, &name);
	if (ret >= 0)
		return ret;
	if (open_card(name, &dev))
		return EXIT_FAILED;
	ret = gantry_device_get_info(dev, &info);
	if (!ret)
		answer = device_to_json(dev, &info);
	gantry_device_close(dev);
	if (ret) {
		complain("the card does not answer: %s",
			 gantry_explain("gantry_device_get_info", ret));
		return EXIT_FAILED;
	}
	return json ? output_print(answer) : print_info(answer);
}
