/* The proactor of a program, and the threads that serve it. */
#ifndef SOAK_SERVE_H
#define SOAK_SERVE_H

#include <proton/proactor.h>
#include <stdbool.h>

static pn_proactor_t *proactor;

/* The program's own; false sends the thread home, and the others after it. */
static bool on_event(pn_event_t *event);

static void *serve(void *nothing)
{
    for (bool stay = true; stay;) {
        pn_event_batch_t *batch = pn_proactor_wait(proactor);
        for (pn_event_t *event; (event = pn_event_batch_next(batch));) stay &= on_event(event);
        pn_proactor_done(proactor, batch);
    }
    pn_proactor_interrupt(proactor);
    return nothing;
}

#endif
