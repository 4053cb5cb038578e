/* worker.c - rows of worker.csv, the deliberately dirty ones among them.
 *
 * A worker is drawn in parts (person, job, pay, qualifications) into a struct and
 * then put in the file's order. Dirty rows come at even distances: extra rows
 * (a worker id used twice, a workplace that does not exist) are not counted in
 * any workplace; spoilt rows (31 February, an unknown role, an age of 140) are.
 * In later weeks everything is drawn as before, and who has left is not put.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "synth/files.h"
#include "synth/week.h"

static const char *const base_columns[] = {
    "period", "establishmentid", "orgid", "parentid", "workerid", "wrkglbid", "emplstat",
    "mainjrid", "strtdate", "age", "gender", "disabled", "ethnicity", "isbritish", "nationality",
    "borninuk", "yearofentry", "homecssrid", "scerec", "startsec", "dayssick", "zerohours",
    "averagehours", "conthrs", "salaryint", "salary", "hrlyrate", "ccstatus", "apprentice",
    "scqheld", "levelscqheld", "nonscqheld", "levelnonscqheld", "listhiqualev", "amhp",
    "cqcpermission", "lapermission", "esttype", "mainstid", "cssr", "regionid", "distwrkk", "dha",
    "careworkforcepathway", "previous_pay", "hcvisa", "inoutuk"};

#define FIRST_WORKER 1000001u
#define UNKNOWN_PLACE 990000001u
#define UNKNOWN_ROLE 99
#define IMPOSSIBLE_AGE 140
#define MOVERS 25u /* per 100 leavers */

uint32_t cdn_synth_worker_width(void)
{
    return (uint32_t)(sizeof base_columns / sizeof base_columns[0]);
}

void cdn_synth_put_worker_header(cdn_line *line, const cdn_filler *filler)
{
    for (size_t i = 0; i < sizeof base_columns / sizeof base_columns[0]; i++)
        cdn_line_text(line, base_columns[i]);
    cdn_filler_put_names(filler, line);
    cdn_line_end(line);
}

/* A made-up stand-in for the identifier that follows a person between workplaces; one row in a
 * hundred is a second job of somebody a few rows earlier. */
static void put_person_id(cdn_line *line, const cdn_synth_world *world, uint32_t number)
{
    static const char hex[] = "0123456789ABCDEF";
    uint64_t draw = cdn_random_mix(world->options->seed ^ (CDN_STREAM_ID * 0x100000001u + number));
    if (draw % 100 == 0)
        number -= number > 60 ? 1 + (uint32_t)(draw >> 8) % 60 : 0;
    uint64_t low = cdn_random_mix(world->options->seed + number);
    uint64_t high = cdn_random_mix(low ^ CDN_STREAM_ID);
    char text[33];
    text[0] = 'X';
    for (int i = 1; i < 32; i++) {
        text[i] = hex[(i < 16 ? low : high) & 15u];
        if (i < 16)
            low >>= 4;
        else
            high >>= 4;
    }
    text[32] = ',';
    cdn_line_add(line, text, 33);
}

static void put_first_part(cdn_line *line, const cdn_synth_world *world, const cdn_person *who)
{
    if (who->bad_date)
        cdn_line_text(line, "31/02/2019");
    else if (who->start_days == CDN_NO_START)
        cdn_line_comma(line);
    else
        cdn_synth_put_date(line, world, who->start_days);
    cdn_line_int(line, who->age);
    cdn_line_int(line, who->gender);
    cdn_line_int(line, who->disabled);
    cdn_line_int(line, who->ethnicity);
    cdn_line_int(line, who->is_british);
    cdn_line_int_or_blank(line, who->nationality, -1);
    cdn_line_int_or_blank(line, who->born_in_uk, -1);
    cdn_line_int_or_blank(line, who->entry_year, -1);
    cdn_line_int_or_blank(line, who->home_area, -1);
    cdn_line_int(line, who->source);
    cdn_line_int(line, who->sector_year);
    cdn_line_halves(line, who->sick_halves);
    cdn_line_int(line, who->zero_hours);
    cdn_line_halves(line, who->average_halves);
    cdn_line_halves(line, who->contract_halves);
    cdn_line_int(line, who->pay_interval);
    cdn_line_int(line, who->salary);
    cdn_line_pence(line, who->hourly_pence);
}

static void put_second_part(cdn_line *line, const cdn_synth_world *world,
                            const cdn_synth_place *place, const cdn_person *who)
{
    cdn_line_int(line, who->care_certificate);
    cdn_line_int(line, who->apprentice);
    cdn_line_int_or_blank(line, who->qualified, -1);
    cdn_line_int_or_blank(line, who->level, -1);
    cdn_line_int_or_blank(line, who->other_qualified, -1);
    cdn_line_int_or_blank(line, who->other_level, -1);
    cdn_line_int_or_blank(line, who->highest_level, -1);
    cdn_line_int(line, who->amhp);
    cdn_line_int(line, place->cqc_permission > 0);
    cdn_line_int(line, place->la_permission > 0);
    cdn_line_int(line, world->orgs[place->org].establishment_type);
    cdn_line_int(line, place->service);
    cdn_line_int(line, world->lists->areas[place->area].code);
    cdn_line_int(line, world->lists->areas[place->area].region);
    if (who->distance_tenths < 0) {
        cdn_line_comma(line);
    } else {
        cdn_line_digits(line, (uint64_t)who->distance_tenths / 10, 1);
        line->bytes[line->length++] = '.';
        cdn_line_int(line, who->distance_tenths % 10);
    }
    cdn_line_int(line, who->delegated_healthcare);
    cdn_line_int(line, who->pathway);
    if (who->previous_pence < 0)
        cdn_line_comma(line);
    else
        cdn_line_pence(line, who->previous_pence);
    cdn_line_int(line, who->visa);
    cdn_line_int(line, who->recruited_abroad);
}

/* One row. `place_id` and the worker's number are given apart because dirty rows lie about them. */
static void put_row(cdn_line *line, const cdn_synth_world *world, const cdn_filler *filler,
                    uint32_t place, uint32_t place_id, cdn_synth_ids ids, const cdn_person *who,
                    cdn_random *random)
{
    const cdn_synth_place *at = &world->places[place];
    const cdn_synth_org *org = &world->orgs[at->org];
    uint32_t parent = cdn_synth_place_id(org->first);
    cdn_line_text(line, world->period);
    cdn_line_int(line, place_id);
    cdn_line_int(line, parent);
    cdn_line_int_or_blank(line, org->count > 1 && org->first != place ? parent : 0, 0);
    cdn_line_int(line, FIRST_WORKER + ids.worker);
    put_person_id(line, world, ids.person);
    cdn_line_int(line, who->status_code);
    cdn_line_int(line, who->role_code);
    put_first_part(line, world, who);
    put_second_part(line, world, at, who);
    cdn_filler_put_row(filler, world, random, line);
    cdn_line_end(line);
}

/* Is the next of `total` marks due after `done` of `rows` rows? They lie at even distances. */
static bool due(uint32_t given, uint32_t total, uint32_t done, uint32_t rows)
{
    return given < total && (uint64_t)done * (total + 1u) >= (uint64_t)rows * (given + 1u);
}

static void spoil(cdn_person *who, uint32_t which)
{
    if (which % 3 == 0)
        who->bad_date = true;
    else if (which % 3 == 1)
        who->role_code = UNKNOWN_ROLE;
    else
        who->age = IMPOSSIBLE_AGE;
}

/* Of those who leave a workplace, a part is seen again at a later one in the same week. */
static void offer(const cdn_synth_world *world, cdn_synth_progress *progress, uint32_t place,
                  const cdn_synth_job *job, cdn_synth_ids ids, const cdn_person *who)
{
    if (cdn_random_mix(world->options->seed ^ ((uint64_t)job->number << 24)) % 100 < MOVERS)
        progress->movers[job->left] =
            (cdn_synth_mover){.waiting = true, .place = place, .ids = ids, .person = *who};
}

/* Within one organisation the record moves with its id; elsewhere the person begins another. */
static void take(const cdn_synth_world *world, cdn_synth_mover *mover, uint32_t place,
                 cdn_synth_ids *ids, cdn_person *who)
{
    if (!mover->waiting || mover->place == place)
        return;
    const int32_t status = who->status_code, role = who->role_code, start = who->start_days;
    *who = mover->person;
    who->status_code = status;
    who->role_code = role;
    who->start_days = start;
    ids->person = mover->ids.person;
    if (world->places[mover->place].org == world->places[place].org)
        ids->worker = mover->ids.worker;
    mover->waiting = false;
}

/* A record that began after week 0; `random` is its own. */
static void draw_joiner(const cdn_synth_world *world, const cdn_workplace_habits *habits,
                        const cdn_synth_job *job, cdn_random *random, cdn_person *out)
{
    cdn_random_seed(random, world->options->seed, CDN_STREAM_JOINER, job->number);
    cdn_person_draw(world, habits, job, random, out);
    out->start_days = (int32_t)cdn_random_below(random, 7) - 7 * (int32_t)job->joined;
    out->bad_date = false;
}

/* The dirty rows that are due after a counted row, which they repeat or contradict. */
static void put_extras(cdn_line *line, const cdn_synth_world *world, const cdn_filler *filler,
                       const cdn_workplace_habits *habits, const cdn_synth_job *job,
                       uint32_t place, cdn_random *random, cdn_synth_progress *progress)
{
    const uint32_t extras = cdn_synth_dirty_extra(world->options);
    while (due(progress->extra, extras, progress->counted, world->counted_workers)) {
        bool twice = progress->extra % 2 == 0;
        uint32_t worker = twice ? job->number : world->counted_workers + progress->extra;
        cdn_person who;
        cdn_person_draw(world, habits, job, random, &who);
        if (job->left == 0)
            put_row(line, world, filler, place,
                    twice ? cdn_synth_place_id(place) : UNKNOWN_PLACE + progress->extra,
                    (cdn_synth_ids){worker, worker}, &who, random);
        else
            cdn_filler_skip_row(filler, random);
        progress->extra++;
    }
}

void cdn_synth_put_workers(cdn_line *line, const cdn_synth_world *world, const cdn_filler *filler,
                           const cdn_synth_staff *staff, uint32_t place,
                           cdn_synth_progress *progress)
{
    const uint32_t values = cdn_synth_dirty_values(world->options);
    cdn_random random, own;
    cdn_random_seed(&random, world->options->seed, CDN_STREAM_WORKER, place);
    cdn_workplace_habits habits;
    cdn_habits_draw(world, place, &random, &habits);
    for (uint32_t i = 0; i < staff->count; i++) {
        const cdn_synth_job *job = &staff->jobs[i];
        const bool counted = job->joined == 0;
        cdn_synth_ids ids = {job->number, job->number};
        cdn_person who;
        if (counted) {
            cdn_person_draw(world, &habits, job, &random, &who);
            progress->counted++;
        } else {
            draw_joiner(world, &habits, job, &own, &who);
            take(world, &progress->movers[job->joined], place, &ids, &who);
        }
        cdn_person_pass(world, &habits, job, &who);
        if (counted && due(progress->spoilt, values, progress->counted, world->counted_workers))
            spoil(&who, progress->spoilt++);
        if (job->left == 0)
            put_row(line, world, filler, place, cdn_synth_place_id(place), ids, &who,
                    counted ? &random : &own);
        else if (counted)
            cdn_filler_skip_row(filler, &random);
        if (job->left > 0)
            offer(world, progress, place, job, ids, &who);
        if (counted)
            put_extras(line, world, filler, &habits, job, place, &random, progress);
    }
}
