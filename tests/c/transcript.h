/* The transcript: what a differential program prints.
 *
 * Every line carries the name of its section and no running number, so one line more or less stays one
 * difference. Nothing that varies from run to run (addresses, times, padding) may reach it.
 */
#ifndef TRANSCRIPT_H
#define TRANSCRIPT_H

#include <proton/codec.h>
#include <proton/condition.h>
#include <proton/disposition.h>
#include <proton/error.h>
#include <proton/object.h>
#include <proton/types.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAYBE __attribute__((unused))

static const char *section_name = "start";

/* While set, nothing is printed: for steps that another scenario shows. */
static bool muted;

static MAYBE void section(const char *name)
{
    section_name = name;
    printf("[%s]\n", name);
}

static MAYBE __attribute__((format(printf, 1, 2))) void say(const char *format, ...)
{
    va_list arguments;
    if (muted) return;
    printf("[%s] ", section_name);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

/* Prints bytes so that a reader sees text as text. At most 64 of them, and how many there were. */
static MAYBE const char *shown(const char *start, size_t size)
{
    static _Thread_local char pool[4][400];
    static _Thread_local unsigned turn;
    char *out = pool[turn++ % 4];
    size_t at = 0;
    if (!start && !size) return "(none)";
    out[at++] = '<';
    for (size_t i = 0; i < size && i < 64; i++) {
        unsigned char byte = (unsigned char)start[i];
        if (byte >= 32 && byte < 127 && byte != '\\') out[at++] = (char)byte;
        else at += (size_t)sprintf(out + at, "\\x%02x", byte);
    }
    out[at++] = '>';
    if (size > 64) at += (size_t)sprintf(out + at, "+%zu", size - 64);
    out[at] = '\0';
    return out;
}

static MAYBE const char *bytes(pn_bytes_t value)
{
    return value.size == 0 && value.start ? "<>" : shown(value.start, value.size);
}

static MAYBE const char *text(const char *value)
{
    return value ? shown(value, strlen(value)) : "(null)";
}

/* The text form of a value tree; the cursor is left alone. */
static MAYBE const char *value_text(pn_data_t *data)
{
    static _Thread_local char pool[4][4096];
    static _Thread_local unsigned turn;
    char *out = pool[turn++ % 4];
    size_t size = sizeof pool[0];
    if (!data) return "(null)";
    int result = pn_data_format(data, out, &size);
    if (result) snprintf(out, sizeof pool[0], "(format failed: %d)", result);
    return out;
}

/* A name, a description and an info map: what a peer said went wrong. */
static MAYBE const char *condition_text(pn_condition_t *condition)
{
    static _Thread_local char out[1024];
    if (!condition) return "(null)";
    if (!pn_condition_is_set(condition)) return "(unset)";
    snprintf(out, sizeof out, "%s / %s / %s", text(pn_condition_get_name(condition)),
             text(pn_condition_get_description(condition)), value_text(pn_condition_info(condition)));
    return out;
}

static MAYBE const char *error_text(pn_error_t *error)
{
    static _Thread_local char out[512];
    if (!error) return "(null)";
    snprintf(out, sizeof out, "%d %s", pn_error_code(error), text(pn_error_text(error)));
    return out;
}

/* A delivery state with the fields of its type. */
static MAYBE void say_disposition(const char *what, pn_disposition_t *disposition)
{
    uint64_t type = pn_disposition_type(disposition);
    say("%s type=%" PRIx64 " %s", what, type, pn_disposition_type_name(type));
    if (type == PN_RECEIVED)
        say("%s section=%u offset=%" PRIu64, what, pn_disposition_get_section_number(disposition),
            pn_disposition_get_section_offset(disposition));
    if (type == PN_MODIFIED)
        say("%s failed=%d undeliverable=%d annotations=%s", what, pn_disposition_is_failed(disposition),
            pn_disposition_is_undeliverable(disposition), value_text(pn_disposition_annotations(disposition)));
    if (type == PN_REJECTED) say("%s condition %s", what, condition_text(pn_disposition_condition(disposition)));
    if (type > PN_MODIFIED) say("%s data=%s", what, value_text(pn_disposition_data(disposition)));
}

#endif
