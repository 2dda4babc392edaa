/* What a sequence reports: lines of names and values.
 *
 * A hunt over many seeds needs no text, only whether two libraries say the same, so every value goes into a digest;
 * the text is made when one sequence is looked at. Addresses, capacities and times must not get here.
 */
#ifndef RANDOM_REPORT_H
#define RANDOM_REPORT_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static struct {
    bool verbose;    /* text is wanted */
    bool muted;      /* what follows is not compared */
    uint64_t digest;
} report;

static void mix(uint64_t value)
{
    uint64_t digest = (report.digest ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    report.digest = digest ^ digest >> 29;
}

static uint64_t hash(const void *start, size_t size)
{
    const unsigned char *at = start;
    uint64_t value = UINT64_C(0xcbf29ce484222325) ^ size;
    for (size_t i = 0; i < size; i++) value = (value ^ at[i]) * UINT64_C(0x100000001b3);
    return value;
}

/* Starts a line. */
static void line(const char *what)
{
    if (report.muted) return;
    mix(hash(what, strlen(what)));
    if (report.verbose) printf("\n%s", what);
}

static void num(const char *name, int64_t value)
{
    if (report.muted) return;
    mix((uint64_t)value);
    if (report.verbose) printf(" %s=%" PRId64, name, value);
}

static void octets(const char *name, const void *start, size_t size)
{
    if (report.muted) return;
    mix(start || size ? hash(start, size) : 0);
    if (!report.verbose) return;
    printf(" %s=", name);
    if (!start && !size) printf("(none)");
    for (size_t i = 0; i < size && i < 80; i++) {
        unsigned char byte = ((const unsigned char *)start)[i];
        if (byte > 32 && byte < 127) putchar(byte);
        else printf("\\%02x", byte);
    }
    if (size > 80) printf("...+%zu", size - 80);
}

static void str(const char *name, const char *value)
{
    octets(name, value, value ? strlen(value) : 0);
}

/* A source of chance that a seed determines. */
typedef struct { uint64_t state; } dice_t;

static uint64_t roll(dice_t *dice)
{
    uint64_t z = dice->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint32_t below(dice_t *dice, uint32_t limit)
{
    return limit ? (uint32_t)(roll(dice) >> 16) % limit : 0;
}

#endif
