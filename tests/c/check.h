/* Self-checking programs: each fact that does not hold is printed, and the exit code tells. */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int checks_passed, checks_failed;

static __attribute__((unused)) bool check(bool holds, const char *what)
{
    if (holds) {
        checks_passed++;
    } else {
        checks_failed++;
        printf("FAILED: %s\n", what);
    }
    return holds;
}

#define CHECK(fact) check((fact), #fact)

/* The line that `cargo xtask test` counts. */
static __attribute__((unused)) int checks_result(void)
{
    printf("checks: %d passed, %d failed\n", checks_passed, checks_failed);
    return checks_failed ? 1 : 0;
}

#endif
