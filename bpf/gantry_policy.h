/* SPDX-License-Identifier: GPL-2.0-only */
/* What programs of a policy and whoever loads them share. */
#ifndef GANTRY_POLICY_H
#define GANTRY_POLICY_H

#define GANTRY_POLICY_CARD	16
#define GANTRY_POLICY_NAME	16

/**
 * struct gantry_policy_head - what struct gantry_policy_ops begins with
 * @card: PCI address of the card that the policy is for
 * @name: of the policy, unique on the card
 * @order: policies with a lower one are asked first
 *
 * bpf_map__initial_value() of the policy's map, before it is loaded.
 */
struct gantry_policy_head {
	char card[GANTRY_POLICY_CARD];
	char name[GANTRY_POLICY_NAME];
	unsigned int order;
};

#endif
