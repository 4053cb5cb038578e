/* machine.c - the Lua state of the helper, under its deterministic limits.
 *
 * The library functions that can reach files, code or the clock are never
 * opened or are taken out before any Lua runs. Limits do not raise: an error
 * could be caught, and a failed allocation runs Lua 5.4.4's emergency collection,
 * which has known faults. They end the process with the line that was running.
 * Steps and bytes are counted, not timed, so the same chunk always ends alike;
 * processor time is the last resort for work inside one C call.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine.h"

#include "report.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_NAME "=script"
#define CHUNK_PREFIX "script:"
#define MEMORY_SOFT (64u * 1024u * 1024u)
#define MEMORY_HARD (MEMORY_SOFT + 4u * 1024u * 1024u)
#define HOOK_STEPS 1000
#define RESULT_MAX (4u * 1024u * 1024u)
#define LIMIT_HINT "a chunk states what it wants; it has no use for long loops or large tables"

/* One per process; the signal handler and the allocator have no other way to it. */
static struct {
    lua_State *lua;
    const script_job *job;
    size_t used;
    long steps;
    bool over;
    volatile sig_atomic_t line;
} machine;

/* ------------------------------------------------------------------ where the chunk is */

static long user_line(lua_State *L)
{
    lua_Debug frame;
    for (int level = 0; lua_getstack(L, level, &frame) == 1; level++) {
        if (lua_getinfo(L, "Sl", &frame) != 0 && strcmp(frame.source, CHUNK_NAME) == 0)
            return frame.currentline > 0 ? frame.currentline : 0;
    }
    return 0;
}

/* ------------------------------------------------------------------ limits */

_Noreturn static void stop_memory(lua_State *L)
{
    long line = L != NULL ? user_line(L) : 0;
    script_report_error(SCRIPT_EXIT_LIMIT, line, "stopped: more than 64 MiB of memory",
                        LIMIT_HINT);
}

static void on_steps(lua_State *L, lua_Debug *frame)
{
    (void)frame;
    if (machine.over)
        stop_memory(L);
    long line = user_line(L);
    machine.line = (sig_atomic_t)line;
    machine.steps += HOOK_STEPS;
    if (machine.steps > machine.job->max_steps) {
        char message[80];
        (void)snprintf(message, sizeof message, "stopped: more than %s steps",
                       machine.job->steps_text);
        script_report_error(SCRIPT_EXIT_LIMIT, line, message, LIMIT_HINT);
    }
}

static void on_processor_time(int signal_number)
{
    (void)signal_number;
    script_report_error(SCRIPT_EXIT_LIMIT, machine.line,
                        "stopped: more than 2 seconds of processor time", LIMIT_HINT);
}

static void *allocate(void *context, void *block, size_t old_size, size_t new_size)
{
    (void)context;
    size_t old = block != NULL ? old_size : 0; /* else it tells the type of object */
    if (new_size == 0) {
        free(block);
        machine.used -= old;
        return NULL;
    }
    size_t used = machine.used - old + new_size;
    if (new_size > MEMORY_HARD || used > MEMORY_HARD)
        stop_memory(machine.lua);
    if (used > MEMORY_SOFT && !machine.over && machine.lua != NULL) {
        /* The next instruction reports its line; until then a little more is let through. */
        machine.over = true;
        lua_sethook(machine.lua, on_steps, LUA_MASKCOUNT, 1);
    }
    void *result = realloc(block, new_size);
    if (result == NULL)
        stop_memory(machine.lua);
    machine.used = used;
    return result;
}

/* ------------------------------------------------------------------ functions for preludes */

static int sys_where(lua_State *L)
{
    lua_pushinteger(L, user_line(L));
    return 1;
}

static int sys_fail(lua_State *L)
{
    long line = (long)luaL_checkinteger(L, 1);
    script_report_error(SCRIPT_EXIT_ERROR, line, luaL_checkstring(L, 2), luaL_checkstring(L, 3));
}

/* An empty object with the given metatable. */
static int sys_object(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    (void)lua_newuserdatauv(L, 0, 0);
    lua_pushvalue(L, 1);
    (void)lua_setmetatable(L, -2);
    return 1;
}

/* Makes the table the metatable of all strings. */
static int sys_lock_strings(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_pushliteral(L, "");
    lua_pushvalue(L, 1);
    (void)lua_setmetatable(L, -2);
    return 0;
}

static void push_sys(lua_State *L)
{
    static const luaL_Reg functions[] = {{"where", sys_where},
                                         {"fail", sys_fail},
                                         {"object", sys_object},
                                         {"lock_strings", sys_lock_strings},
                                         {NULL, NULL}};
    luaL_newlib(L, functions);
    lua_pushlstring(L, machine.job->source, machine.job->source_size);
    lua_setfield(L, -2, "source");
    lua_pushlstring(L, machine.job->side, machine.job->side_size);
    lua_setfield(L, -2, "side");
    lua_pushstring(L, machine.job->plural);
    lua_setfield(L, -2, "plural");
}

static void open_libraries(lua_State *L)
{
    static const luaL_Reg libraries[] = {{LUA_GNAME, luaopen_base},
                                         {LUA_TABLIBNAME, luaopen_table},
                                         {LUA_STRLIBNAME, luaopen_string},
                                         {LUA_MATHLIBNAME, luaopen_math},
                                         {LUA_UTF8LIBNAME, luaopen_utf8}};
    static const char *const removed[] = {"load",  "loadfile", "dofile",        "print",
                                          "warn",  "pcall",    "xpcall",        "collectgarbage"};
    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++) {
        luaL_requiref(L, libraries[i].name, libraries[i].func, 1);
        lua_pop(L, 1);
    }
    for (size_t i = 0; i < sizeof removed / sizeof removed[0]; i++) {
        lua_pushnil(L);
        lua_setglobal(L, removed[i]);
    }
    lua_newtable(L); /* nor may anything find the libraries by way of the registry */
    lua_setfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
}

/* ------------------------------------------------------------------ running */

/* Reports "script:LINE: text" at LINE, and anything else at the line that was running. */
_Noreturn static void report_message(const char *text, long line)
{
    size_t prefix = strlen(CHUNK_PREFIX);
    if (strncmp(text, CHUNK_PREFIX, prefix) == 0) {
        char *end = NULL;
        long found = strtol(text + prefix, &end, 10);
        if (end != text + prefix && end[0] == ':' && end[1] == ' ')
            script_report_error(SCRIPT_EXIT_ERROR, found, end + 2, "");
    }
    script_report_error(SCRIPT_EXIT_ERROR, line, text, "");
}

/* Runs where the error is raised, so that the stack still tells the line. */
static int on_error(lua_State *L)
{
    const char *text = lua_type(L, 1) == LUA_TSTRING ? lua_tostring(L, 1) : NULL;
    if (text != NULL && strcmp(text, "C stack overflow") == 0) /* the parser's: it has no line */
        text = "the text is nested too deeply";
    report_message(text != NULL ? text : "an error without a text", user_line(L));
}

/* Leaves the prelude's function on the stack. */
static void load_prelude(lua_State *L, const script_prelude *prelude)
{
    if (luaL_loadbufferx(L, prelude->text, *prelude->size, prelude->name, "t") != LUA_OK)
        (void)lua_error(L);
}

static void load_chunk(lua_State *L)
{
    const script_job *job = machine.job;
    if (luaL_loadbufferx(L, job->source, job->source_size, CHUNK_NAME, "t") == LUA_OK)
        return;
    const char *text = lua_tostring(L, -1);
    if (text == NULL)
        text = "the text is not Lua";
    if (job->source_size > 0 && job->source[0] == LUA_SIGNATURE[0])
        script_report_error(SCRIPT_EXIT_ERROR, 1, "this is compiled Lua, not text",
                            "only source text is accepted");
    report_message(text, 0);
}

/* Stack of the whole run: 2 base, 3 library's environment function, 4 the kind's table. */
static int run(lua_State *L)
{
    const script_job *job = machine.job;
    lua_settop(L, 0);
    open_libraries(L);
    push_sys(L);
    load_prelude(L, &job->base);
    lua_pushvalue(L, 1);
    lua_call(L, 1, 1);
    load_prelude(L, &job->library);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, 1);
    lua_call(L, 2, 1);
    load_prelude(L, &job->kind);
    lua_pushvalue(L, 2);
    lua_call(L, 1, 1);

    load_chunk(L);
    lua_pushvalue(L, 3);
    (void)lua_getfield(L, 4, "names");
    lua_call(L, 1, 1);
    (void)lua_setupvalue(L, -2, 1); /* a main chunk's only upvalue is _ENV */
    lua_sethook(L, on_steps, LUA_MASKCOUNT, machine.over ? 1 : HOOK_STEPS);
    lua_call(L, 0, 0);

    (void)lua_getfield(L, 2, "check_statements");
    lua_call(L, 0, 0);
    (void)lua_getfield(L, 2, "encode");
    (void)lua_getfield(L, 4, "finish");
    lua_call(L, 0, 1);
    lua_call(L, 1, 1);
    size_t size = 0;
    const char *value = luaL_checklstring(L, -1, &size);
    if (size > RESULT_MAX)
        script_report_error(SCRIPT_EXIT_LIMIT, 0, "stopped: the result is larger than 4 MiB", "");
    script_report_ok(value, size);
}

_Noreturn void script_machine_run(const script_job *job)
{
    machine.job = job;
    machine.lua = lua_newstate(allocate, NULL);
    if (machine.lua == NULL)
        stop_memory(NULL);
    lua_pushcfunction(machine.lua, on_error);
    lua_pushcfunction(machine.lua, run);
    (void)lua_pcall(machine.lua, 0, 0, 1);
    /* Only an error inside the handler comes here. */
    script_report_error(SCRIPT_EXIT_ERROR, machine.line, "the chunk failed beyond reporting", "");
}

void script_machine_watch_time(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_processor_time;
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGXCPU, &action, NULL);
}
