/* week.h - the same sector some weeks later.
 *
 * Every change is drawn from a stream of its own (of a place, of a record), one
 * week after the other, so that the files of week n + 1 hold all that those of
 * week n do, and their differences are the news of one week. Each week about one
 * workplace in four amends its data, and only then do its records change: some
 * leave and join, change jobs, get other pay, answer what they had not. A mover
 * takes its person along to a later workplace, and within one organisation also
 * its worker id. One workplace in two thousand, and at least one, opens in odd
 * weeks and closes in even ones.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_SYNTH_WEEK_H
#define CDN_SYNTH_WEEK_H

#include "synth/person.h"
#include "synth/staff.h"
#include "synth/world.h"

#define CDN_SYNTH_JOINERS_MAX 32u /* of one workplace in one week */

/** Room for the places of all weeks up to that of the options. */
uint32_t cdn_synth_week_places(const cdn_synth_options *options);

/** Openings, closings, amendments and permissions of all weeks; last step of making a world. */
void cdn_synth_world_pass(cdn_synth_world *world);

/** Who has left, moved to another job or joined by the world's week; the tallies agree. */
void cdn_synth_staff_pass(const cdn_synth_world *world, uint32_t place, cdn_synth_staff *staff);

/** What changed about a person since its record began, up to the world's week or its last. */
void cdn_person_pass(const cdn_synth_world *world, const cdn_workplace_habits *habits,
                     const cdn_synth_job *job, cdn_person *person);

static inline bool cdn_synth_amended(const cdn_synth_place *place, uint32_t week)
{
    return (place->amended >> week & 1u) != 0;
}

#endif
