/* synth.c - makes the world, then writes the three files side by side.
 *
 * All three are written to temporary names and take their places at the end, one
 * after the other and the register last: where that one is new, all are.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "synth/synth.h"

#include "core/alloc.h"
#include "core/fail.h"
#include "io/file.h"
#include "synth/files.h"
#include "synth/week.h"

enum { WORKPLACE, WORKER, LOCATION, FILES };

#define NARROW_FILLER 40u
#define WIDE_WORKPLACE 620u
#define WIDE_WORKER 685u

/* Everything one run holds; released in one place. */
typedef struct run {
    cdn_synth_lists lists;
    cdn_synth_world world;
    cdn_synth_staff staff;
    cdn_synth_progress progress;
    cdn_filler workplace_filler, worker_filler;
    cdn_line lines[FILES];
    cdn_writer *writers[FILES];
} run;

static uint32_t filler_width(const cdn_synth_options *options, uint32_t base, uint32_t wide)
{
    return options->wide && wide > base + NARROW_FILLER ? wide - base : NARROW_FILLER;
}

static cdn_status open_files(run *r, const cdn_synth_options *options, cdn_error *error)
{
    static const char *const names[FILES] = {"workplace.csv", "worker.csv", "cqc_locations.csv"};
    CDN_TRY(cdn_dir_make(options->out_dir, error));
    for (int i = 0; i < FILES; i++) {
        char *path = cdn_path_join(options->out_dir, names[i]);
        if (path == NULL)
            return cdn_fail_memory(error);
        cdn_status status = cdn_writer_create(path, &r->writers[i], error);
        cdn_free(path);
        if (status != CDN_OK)
            return status;
        r->lines[i].writer = r->writers[i];
    }
    return CDN_OK;
}

static void write_rows(run *r)
{
    cdn_line *workplace = &r->lines[WORKPLACE], *worker = &r->lines[WORKER];
    const cdn_synth_world *world = &r->world;
    cdn_synth_put_workplace_header(workplace, world, &r->workplace_filler);
    cdn_synth_put_worker_header(worker, &r->worker_filler);
    for (uint32_t place = 0; place < r->world.place_count; place++) {
        cdn_synth_staff_draw(world, place, &r->staff);
        cdn_synth_staff_pass(world, place, &r->staff);
        if (world->places[place].closed == 0)
            cdn_synth_put_workplace(workplace, world, &r->workplace_filler, &r->staff, place);
        cdn_synth_put_workers(worker, world, &r->worker_filler, &r->staff, place, &r->progress);
    }
    cdn_synth_put_locations(&r->lines[LOCATION], world);
    for (int i = 0; i < FILES; i++)
        cdn_line_flush(&r->lines[i]);
}

static cdn_status commit(run *r, cdn_error *error)
{
    for (int i = 0; i < FILES; i++) {
        cdn_writer *writer = r->writers[i];
        r->writers[i] = NULL;
        CDN_TRY(cdn_writer_commit(writer, error));
    }
    return CDN_OK;
}

static cdn_status make(run *r, const cdn_synth_options *options, cdn_error *error)
{
    uint32_t largest = 0;
    if (options->codes_dir == NULL || options->out_dir == NULL)
        return cdn_fail(error, CDN_E_USAGE, "synth: a directory of code lists and one to write");
    CDN_TRY(cdn_synth_lists_read(options->codes_dir, &r->lists, error));
    CDN_TRY(cdn_synth_staff_check(&r->lists, error));
    CDN_TRY(cdn_synth_world_make(options, &r->lists, &r->world, error));
    for (uint32_t i = 0; i < r->world.place_count; i++)
        if (r->world.places[i].records > largest)
            largest = r->world.places[i].records;
    largest += options->week * CDN_SYNTH_JOINERS_MAX;
    r->staff.jobs = cdn_alloc(largest + 1u, sizeof *r->staff.jobs);
    if (r->staff.jobs == NULL)
        return cdn_fail_memory(error);
    cdn_filler_workplace(&r->workplace_filler,
                         filler_width(options, cdn_synth_workplace_width(&r->lists),
                                      WIDE_WORKPLACE));
    cdn_filler_worker(&r->worker_filler,
                      filler_width(options, cdn_synth_worker_width(), WIDE_WORKER));
    CDN_TRY(open_files(r, options, error));
    write_rows(r);
    return commit(r, error);
}

cdn_status cdn_synth_write(const cdn_synth_options *options, cdn_error *error)
{
    run *r = cdn_alloc(1, sizeof *r);
    if (r == NULL)
        return cdn_fail_memory(error);
    cdn_status status = make(r, options, error);
    for (int i = 0; i < FILES; i++)
        cdn_writer_abandon(r->writers[i]);
    cdn_free(r->staff.jobs);
    cdn_synth_world_release(&r->world);
    cdn_free(r);
    return status;
}
