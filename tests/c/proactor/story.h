/* Self-checking scenes: a story has to be the expected one. */
#ifndef STORY_H
#define STORY_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "check.h"
#include "scene.h"

/* Whether these lines, with commas between them, are all that a party has told since it was last asked. */
static MAYBE bool tells(party_t *party, const char *expected)
{
    const char *story = party->story ? party->story : "", *line = story, *wanted = expected;
    bool same = true;
    while (same && *line) {
        size_t length = strcspn(line, "\n");
        same = !strncmp(line, wanted, length) && (wanted[length] == '\0' || !strncmp(wanted + length, ", ", 2));
        wanted += same ? length : 0;
        if (same && *wanted) wanted += 2;
        line += length + 1;
    }
    same = same && !*wanted;
    if (!same) printf("%s: %s told:\n%s", section_name, party->name, story);
    check(same, expected);
    party->told = 0;
    if (party->story) *party->story = '\0';
    return same;
}

/* Whether a party has told this line. */
static MAYBE bool told(party_t *party, const char *line)
{
    size_t length = strlen(line);
    for (const char *at = party->story; at && *at; at += strcspn(at, "\n"), at += *at == '\n')
        if (!strncmp(at, line, length) && (at[length] == '\n' || at[length] == '\0')) return true;
    printf("%s: %s did not tell %s but:\n%s", section_name, party->name, line, party->story ? party->story : "");
    return false;
}

/* Opens a scene that prints nothing unless something is wrong. */
static MAYBE void open_scene(const char *name)
{
    begin(name);
}

/* Everything is gone and the proactor says so. */
static MAYBE void close_scene(void)
{
    for (party_t *party = scene.first; party; party = party->next) party->quiet = true, party->told = 0;
    for (party_t *party = scene.first; party; party = party->next)
        if (party->story) *party->story = '\0';
    muted = true;
    finish();
    muted = false;
}

#endif
