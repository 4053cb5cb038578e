/* pool.c - runs numbered tasks on a few threads.
 *
 * Threads take the next number from one counter. Numbers are given out in
 * order, so when a task fails every lower one has been started and will end:
 * the lowest failing index, and with it the error, is the same whatever the
 * thread count. The calling thread works too; if no thread can be made, it
 * does everything.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/number.h"

#define MAX_THREADS 8u

typedef struct pool {
    cdn_task task;
    void *context;
    size_t task_count;
    atomic_size_t next;
    atomic_size_t failed; /* lowest failing index; SIZE_MAX = none */
} pool;

typedef struct worker {
    pool *pool;
    size_t failed;
    cdn_status status;
    cdn_error error;
} worker;

static void lower(atomic_size_t *place, size_t value)
{
    size_t seen = atomic_load(place);
    while (value < seen && !atomic_compare_exchange_weak(place, &seen, value)) {
    }
}

static void *work(void *argument)
{
    worker *self = argument;
    pool *shared = self->pool;
    for (;;) {
        size_t index = atomic_fetch_add(&shared->next, 1);
        if (index >= shared->task_count || index > atomic_load(&shared->failed))
            return NULL;
        cdn_error error = CDN_ERROR_INIT;
        cdn_status status = shared->task(shared->context, index, &error);
        if (status != CDN_OK && index < self->failed) {
            self->failed = index;
            self->status = status;
            self->error = error;
            lower(&shared->failed, index);
        }
    }
}

static unsigned thread_count(unsigned wanted, size_t task_count)
{
    if (wanted == 0) {
        long online = sysconf(_SC_NPROCESSORS_ONLN);
        wanted = online < 1 ? 1u : online > (long)MAX_THREADS ? MAX_THREADS : (unsigned)online;
    }
    if (wanted > MAX_THREADS)
        wanted = MAX_THREADS;
    return task_count < wanted ? (unsigned)task_count : wanted;
}

cdn_status cdn_pool_run(unsigned threads, size_t task_count, cdn_task task, void *context,
                        cdn_error *error)
{
    if (task_count == 0)
        return CDN_OK;
    pool shared = {task, context, task_count, 0, SIZE_MAX};
    worker workers[MAX_THREADS];
    pthread_t handles[MAX_THREADS];
    unsigned count = thread_count(threads, task_count);
    unsigned started = 1; /* workers[0] is the calling thread */
    for (unsigned i = 0; i < count; i++)
        workers[i] = (worker){&shared, SIZE_MAX, CDN_OK, CDN_ERROR_INIT};
    while (started < count && pthread_create(&handles[started], NULL, work, &workers[started]) == 0)
        started++;
    (void)work(&workers[0]);
    for (unsigned i = 1; i < started; i++)
        (void)pthread_join(handles[i], NULL);

    const worker *first = &workers[0];
    for (unsigned i = 1; i < started; i++) {
        if (workers[i].failed < first->failed)
            first = &workers[i];
    }
    if (first->failed == SIZE_MAX)
        return CDN_OK;
    if (error != NULL && error->status == CDN_OK)
        *error = first->error;
    return first->status;
}

unsigned cdn_pool_default_threads(void)
{
    const char *text = getenv("CORDON_THREADS");
    int64_t value = 0;
    size_t length = 0;
    while (text != NULL && text[length] != '\0')
        length++;
    if (length == 0 || !cdn_parse_int(text, length, &value) || value < 0)
        return 0;
    return value > (int64_t)MAX_THREADS ? MAX_THREADS : (unsigned)value;
}
