/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Address spaces, for chips that translate addresses by themselves: each context has
 * one, in which there is what it has handles for and nothing else. On other chips a
 * buffer has one address for everybody.
 */
#ifndef GANTRY_SPACE_H
#define GANTRY_SPACE_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <drm/drm_mm.h>

#include "gantry_extents.h"

struct drm_file;
struct drm_gem_object;
struct gantry_bo;
struct gantry_device;

/**
 * struct gantry_space - an address space
 * @gdev: the card
 * @priv: the backend's own
 * @node: in &gantry_device.spaces
 * @lock: guards @taken
 * @taken: addresses that are
 */
struct gantry_space {
	struct gantry_device *gdev;
	void *priv;
	struct list_head node;
	struct mutex lock; /* taken */
	struct drm_mm taken;
};

/**
 * struct gantry_mapping - a buffer in a context
 * @ref: one for each handle, one for each job that uses it
 * @space: the context's, or NULL: the chip has none
 * @bo: the buffer; holds a reference
 * @node: in &gantry_bo.mappings
 * @extents: where it is, as the card's commands name it
 * @va: where in @space
 * @run: the same as an extent
 * @whole: all of @extents, if there is a @space: one @run
 */
struct gantry_mapping {
	struct kref ref;
	struct gantry_space *space;
	struct gantry_bo *bo;
	struct list_head node;
	const struct gantry_extents *extents;
	struct drm_mm_node va;
	struct gantry_extent run;
	struct gantry_extents whole;
};

int gantry_spaces_init(struct gantry_device *gdev);
void gantry_spaces_fini(struct gantry_device *gdev);
struct gantry_space *gantry_space_create(struct gantry_device *gdev);
void gantry_space_destroy(struct gantry_space *space);

struct gantry_mapping *gantry_mapping_get(struct gantry_space *space, struct gantry_bo *bo);
void gantry_mapping_put(struct gantry_mapping *mapping);
void gantry_mappings_revoke(struct gantry_bo *bo);
bool gantry_mapping_put_not_last(struct gantry_mapping *mapping);

int gantry_mapping_open(struct drm_gem_object *obj, struct drm_file *filp);
void gantry_mapping_close(struct drm_gem_object *obj, struct drm_file *filp);

#endif
