-- library.lua - the standard names that a user's chunk may use, and the refusal of all others.
--
-- Built from nothing by listing what is allowed. Differences from stock Lua, all so that the same
-- text gives the same answer every time and no call runs long inside C: pairs and next go in key
-- order, tostring shows no addresses, table functions are Lua (so that they are counted), texts and
-- lists are bounded, and patterns, coercion by arithmetic, metatables and pcall are not there.
--
-- SPDX-License-Identifier: GPL-3.0-or-later
local base, sys = ...

local fail, format, kind_of, quoted = base.fail, string.format, base.kind_of, base.quoted
local rawget, rawset, rawlen, type = rawget, rawset, rawlen, type

local LONGEST_TEXT = 1024 * 1024
local LONGEST_SEARCHED = 64 * 1024
local LONGEST_NEEDLE = 256
local LONGEST_LIST = 100000

local function refuse(message, ...)
    fail(nil, format(message, ...))
end

local function need_text(value, name)
    if type(value) == "number" then
        return tostring(value)
    elseif type(value) ~= "string" then
        refuse("%s needs a text, found %s", name, kind_of(value))
    end
    return value
end

local function need_integer(value, name, default)
    if value == nil and default then
        return default
    end
    local integer = type(value) == "number" and math.tointeger(value)
    if not integer then
        refuse("%s needs an integer, found %s", name, kind_of(value))
    end
    return integer
end

local function need_list(value, name)
    if type(value) ~= "table" then
        refuse("%s needs a list, found %s", name, kind_of(value))
    elseif rawlen(value) > LONGEST_LIST then
        refuse("%s: the list has more than %d items", name, LONGEST_LIST)
    end
    return value
end

-- ---------------------------------------------------------------- global functions

local globals = {}

function globals.assert(...)
    local value, message = ...
    if select("#", ...) == 0 then
        refuse("assert needs a value")
    elseif not value then
        fail(nil, type(message) == "string" and message or "assertion failed")
    end
    return ...
end

function globals.error(message)
    fail(nil, type(message) == "string" and message or "error raised with " .. kind_of(message))
end

globals.ipairs = function(list)
    return ipairs(need_list(list, "ipairs"))
end

function globals.pairs(t)
    if type(t) ~= "table" then
        refuse("pairs needs a table, found %s", kind_of(t))
    end
    local keys, i = base.sorted_keys(t), 0
    local function step()
        repeat
            i = i + 1
        until keys[i] == nil or rawget(t, keys[i]) ~= nil
        if keys[i] ~= nil then
            return keys[i], rawget(t, keys[i])
        end
    end
    return step
end

function globals.next(t, key)
    if type(t) ~= "table" then
        refuse("next needs a table, found %s", kind_of(t))
    end
    local keys = base.sorted_keys(t)
    local found = key == nil and 1 or nil
    for i, candidate in ipairs(keys) do
        if candidate == key then
            found = i + 1
        end
    end
    if not found then
        refuse("next: the key is not in the table")
    elseif keys[found] == nil then
        return nil
    end
    return keys[found], rawget(t, keys[found])
end

globals.select = select
globals.tonumber = function(value, number_base)
    if number_base ~= nil then
        return tonumber(need_text(value, "tonumber"), need_integer(number_base, "tonumber"))
    elseif type(value) == "string" or type(value) == "number" then
        return tonumber(value)
    end
    return nil
end
globals.tostring = base.tostring
globals.type = function(...)
    if select("#", ...) == 0 then
        refuse("type needs a value")
    end
    return (type((...)))
end

-- ---------------------------------------------------------------- math

local math_names = {}
for _, name in ipairs { "abs", "ceil", "exp", "floor", "fmod", "huge", "log", "max", "maxinteger",
                        "min", "mininteger", "modf", "pi", "sqrt", "tointeger", "type", "ult" } do
    math_names[name] = math[name]
end

-- ---------------------------------------------------------------- string

local strings = {}

for _, name in ipairs { "byte", "len", "lower", "upper", "reverse", "sub" } do
    local stock = string[name]
    strings[name] = function(text, ...)
        return stock(need_text(text, name), ...)
    end
end

strings.char = string.char

function strings.rep(text, count, separator)
    text = need_text(text, "rep")
    separator = separator == nil and "" or need_text(separator, "rep")
    count = need_integer(count, "rep")
    if count > 0 and (count > LONGEST_TEXT or count * (#text + #separator) > LONGEST_TEXT) then
        refuse("rep would make a text longer than %d bytes", LONGEST_TEXT)
    end
    return string.rep(text, count, separator)
end

local function check_search(text, needle, name)
    text, needle = need_text(text, name), need_text(needle, name)
    if #text > LONGEST_SEARCHED or #needle > LONGEST_NEEDLE then
        refuse("%s looks through at most %d bytes for at most %d", name, LONGEST_SEARCHED,
               LONGEST_NEEDLE)
    end
    return text, needle
end

-- Plain text only: there are no patterns.
function strings.find(text, needle, start)
    text, needle = check_search(text, needle, "find")
    return string.find(text, needle, need_integer(start, "find", 1), true)
end

function strings.contains(text, needle)
    text, needle = check_search(text, needle, "contains")
    return string.find(text, needle, 1, true) ~= nil
end

function strings.starts_with(text, start)
    text, start = check_search(text, start, "starts_with")
    return string.sub(text, 1, #start) == start
end

function strings.ends_with(text, ending)
    text, ending = check_search(text, ending, "ends_with")
    return ending == "" or string.sub(text, -#ending) == ending
end

function strings.split(text, separator)
    text, separator = check_search(text, separator, "split")
    if separator == "" then
        refuse("split needs a separator that is not empty")
    end
    local out, from = {}, 1
    while true do
        local first, last = string.find(text, separator, from, true)
        out[#out + 1] = string.sub(text, from, (first or 0) - 1)
        if not first then
            return out
        end
        from = last + 1
    end
end

-- Directives: %d %i %x %X %o %c %f %g %e %s %q %%, with flags, width and precision.
function strings.format(text, ...)
    text = need_text(text, "format")
    if #text > LONGEST_SEARCHED then
        refuse("format: the text is longer than %d bytes", LONGEST_SEARCHED)
    end
    local values, count, at, out, from = { ... }, select("#", ...), 0, {}, 1
    while true do
        local percent = string.find(text, "%", from, true)
        out[#out + 1] = string.sub(text, from, (percent or 0) - 1)
        if not percent then
            return table.concat(out)
        end
        local flags, letter = string.match(text, "^([-+ #0]*%d?%d?%.?%d?%d?)(.)", percent + 1)
        if not letter or not string.find("dixXocfgesq%", letter, 1, true) then
            refuse("format: unknown directive after %%")
        end
        from = percent + 1 + #flags + 1
        if letter == "%" then
            out[#out + 1] = "%"
        else
            at = at + 1
            if at > count then
                refuse("format: no value for directive %d", at)
            end
            local value = values[at]
            if letter == "s" then
                value = base.tostring(value)
            elseif letter == "q" then
                value = need_text(value, "format with %q")
            elseif string.find("dixXoc", letter, 1, true) then
                value = need_integer(value, "format with %" .. letter)
            elseif type(value) ~= "number" then
                refuse("format with %%%s needs a number, found %s", letter, kind_of(value))
            end
            out[#out + 1] = string.format("%" .. flags .. letter, value)
        end
    end
end

-- ---------------------------------------------------------------- table

local tables = {}

function tables.insert(list, ...)
    need_list(list, "insert")
    local extra, size = select("#", ...), rawlen(list)
    local position, value = size + 1, (...)
    if extra == 2 then
        position, value = ...
        position = need_integer(position, "insert")
    elseif extra ~= 1 then
        refuse("insert needs a list, perhaps a position, and a value")
    end
    if size >= LONGEST_LIST then
        refuse("insert: the list already has %d items", LONGEST_LIST)
    elseif position < 1 or position > size + 1 then
        refuse("insert: there is no position %d in a list of %d", position, size)
    end
    for i = size, position, -1 do
        list[i + 1] = rawget(list, i)
    end
    list[position] = value
end

function tables.remove(list, position)
    need_list(list, "remove")
    local size = rawlen(list)
    position = need_integer(position, "remove", size)
    if size == 0 and (position == 0 or position == 1) then
        return nil
    elseif position < 1 or position > size + 1 then
        refuse("remove: there is no position %d in a list of %d", position, size)
    end
    local value = rawget(list, position)
    for i = position, size do
        list[i] = rawget(list, i + 1)
    end
    return value
end

function tables.concat(list, separator, first, last)
    need_list(list, "concat")
    separator = separator == nil and "" or need_text(separator, "concat")
    first = need_integer(first, "concat", 1)
    last = need_integer(last, "concat", rawlen(list))
    if last - first >= LONGEST_LIST or first < -LONGEST_LIST or last > 2 * LONGEST_LIST then
        refuse("concat joins at most %d items", LONGEST_LIST)
    end
    local out, length = {}, 0
    for i = first, last do
        local item = rawget(list, i)
        if type(item) ~= "string" and type(item) ~= "number" then
            refuse("concat: item %d is %s, not a text", i, kind_of(item))
        end
        out[#out + 1] = item
        length = length + #tostring(item) + #separator
        if length > LONGEST_TEXT then
            refuse("concat would make a text longer than %d bytes", LONGEST_TEXT)
        end
    end
    return table.concat(out, separator)
end

function tables.unpack(list, first, last)
    need_list(list, "unpack")
    first = need_integer(first, "unpack", 1)
    last = need_integer(last, "unpack", rawlen(list))
    if first < -LONGEST_LIST or last > LONGEST_LIST or last - first >= 200 then
        refuse("unpack gives at most 200 values")
    end
    return table.unpack(list, first, last)
end

local function default_less(a, b)
    local kind = type(a)
    if kind ~= type(b) or (kind ~= "number" and kind ~= "string") then
        refuse("sort cannot compare %s with %s", kind_of(a), kind_of(b))
    end
    return a < b
end

-- Stable merge sort: stock sort is not stable and picks pivots by the clock.
function tables.sort(list, less)
    need_list(list, "sort")
    if less ~= nil and type(less) ~= "function" then
        refuse("sort needs a function to compare with, found %s", kind_of(less))
    end
    less = less or default_less
    local size, width = rawlen(list), 1
    local from, to = {}, {}
    for i = 1, size do
        from[i] = rawget(list, i)
    end
    while width < size do
        for low = 1, size, 2 * width do
            local middle, high = math.min(low + width, size + 1), math.min(low + 2 * width, size + 1)
            local i, j = low, middle
            for k = low, high - 1 do
                if i < middle and (j >= high or not less(from[j], from[i])) then
                    to[k], i = from[i], i + 1
                else
                    to[k], j = from[j], j + 1
                end
            end
        end
        from, to = to, from
        width = 2 * width
    end
    for i = 1, size do
        list[i] = from[i]
    end
end

-- ---------------------------------------------------------------- names that are not there

local reasons = {}
local function removed(reason, ...)
    for _, name in ipairs { ... } do
        reasons[name] = reason
    end
end
removed("files cannot be read or written here", "io")
removed("the system cannot be reached from here", "os")
removed("text cannot be run as code, and all of a script is one file", "load", "loadstring",
        "loadfile", "dofile", "require", "package", "module")
removed("the interpreter cannot be inspected from here", "debug", "collectgarbage", "_G", "newproxy",
        "getfenv", "setfenv")
removed("objects cannot be altered", "setmetatable", "getmetatable", "rawget", "rawset",
        "rawequal", "rawlen")
removed("a mistake ends the script, it cannot be caught", "pcall", "xpcall")
removed("there are no coroutines here", "coroutine")
removed("nothing can be printed; put notes in note = \"...\"", "print", "warn")
removed("the same text must give the same result every time", "math.random", "math.randomseed")
removed("there are no patterns; use find, contains, starts_with, ends_with or split",
        "string.match", "string.gmatch", "string.gsub")
removed("not needed here", "string.dump", "string.pack", "string.unpack", "string.packsize",
        "utf8", "bit32", "arg", "_VERSION", "table.move", "table.pack", "unpack", "jit", "ffi",
        "math.sin", "math.cos", "math.tan", "math.asin", "math.acos", "math.atan", "math.rad",
        "math.deg", "math.pow", "table.foreach", "table.getn", "table.maxn")

local function unknown(prefix, name, names)
    if type(name) ~= "string" then
        fail(nil, format("unknown name, found %s as its key", kind_of(name)))
    end
    local full = prefix .. name
    if reasons[full] then
        fail(nil, format("%s have no access to %s", sys.plural, quoted(full)), reasons[full])
    end
    fail(nil, format("unknown name %s", quoted(full)),
         prefix == "" and base.hint_global(name) or base.suggest(name, names))
end

local function names_of(members)
    local names = {}
    for name in base.each(members) do
        names[#names + 1] = name
    end
    return names
end

-- An object whose members are the functions of a library; call as for base.class, or nil.
local function library(name, members, call)
    local names = names_of(members)
    return sys.object {
        __metatable = "locked",
        __name = "library",
        __index = function(_, key)
            local value = members[key]
            if value == nil then
                unknown(name .. ".", key, names)
            end
            return value
        end,
        __newindex = function(_, key)
            fail(nil, format("%s cannot be changed", name))
        end,
        __call = call and function(_, ...)
            return call(...)
        end or function()
            fail(nil, format("%s cannot be called", name))
        end,
    }
end

-- ---------------------------------------------------------------- the environment

-- The table that the user's chunk has as its globals. names: the kind's own; one that is called
-- like a library (`table`) becomes that library's call. Also locks the metatable of strings.
local function environment(names)
    local values = {}
    for name, value in next, globals do
        values[name] = value
    end
    for name, value in next, names do
        values[name] = value
    end
    values.math = library("math", math_names)
    values.string = library("string", strings)
    values.table = library("table", tables, names.table)
    local known = names_of(values)
    sys.lock_strings {
        __metatable = "locked",
        __index = function(_, key)
            local value = strings[key]
            if value == nil then
                unknown("string.", key, names_of(strings))
            end
            return value
        end,
    }
    return setmetatable({}, {
        __metatable = "locked",
        __index = function(_, name)
            local value = values[name]
            if value == nil then
                unknown("", name, known)
            end
            return value
        end,
        __newindex = function(_, name)
            if values[name] ~= nil then
                fail(nil, format("%s cannot be changed", quoted(base.tostring(name))),
                     "choose another name for the variable")
            end
            fail(nil, format("unknown name %s on the left of =", quoted(base.tostring(name))),
                 format("write local %s = ...", base.tostring(name)))
        end,
    })
end

return environment
