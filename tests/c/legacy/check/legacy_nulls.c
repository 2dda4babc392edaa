/* Self-checking program: every function about reactors, handlers, selectables, timers, messengers and URLs takes NULL. */
#include "check.h"

#include <proton/handlers.h>
#include <proton/messenger.h>
#include <proton/reactor.h>
#include <proton/selectable.h>
#include <proton/url.h>

static void urls(void)
{
    CHECK(!pn_url_parse(NULL));
    CHECK(!pn_url_str(NULL));
    CHECK(!pn_url_get_scheme(NULL) && !pn_url_get_username(NULL) && !pn_url_get_password(NULL));
    CHECK(!pn_url_get_host(NULL) && !pn_url_get_port(NULL) && !pn_url_get_path(NULL));
    pn_url_set_scheme(NULL, "x");
    pn_url_set_username(NULL, "x");
    pn_url_set_password(NULL, "x");
    pn_url_set_host(NULL, "x");
    pn_url_set_port(NULL, "x");
    pn_url_set_path(NULL, "x");
    pn_url_clear(NULL);
    pn_url_free(NULL);
}

static void selectables(void)
{
    CHECK(pn_selectable_get_fd(NULL) == PN_INVALID_SOCKET);
    CHECK(!pn_selectable_is_reading(NULL) && !pn_selectable_is_writing(NULL) && !pn_selectable_is_registered(NULL));
    CHECK(!pn_selectable_is_terminal(NULL) && !pn_selectable_get_deadline(NULL) && !pn_selectable_attachments(NULL));
    pn_selectable_on_readable(NULL, NULL);
    pn_selectable_on_writable(NULL, NULL);
    pn_selectable_on_error(NULL, NULL);
    pn_selectable_on_expired(NULL, NULL);
    pn_selectable_on_release(NULL, NULL);
    pn_selectable_on_finalize(NULL, NULL);
    pn_selectable_set_fd(NULL, 1);
    pn_selectable_set_reading(NULL, true);
    pn_selectable_set_writing(NULL, true);
    pn_selectable_set_deadline(NULL, 1);
    pn_selectable_set_registered(NULL, true);
    pn_selectable_readable(NULL);
    pn_selectable_writable(NULL);
    pn_selectable_error(NULL);
    pn_selectable_expired(NULL);
    pn_selectable_release(NULL);
    pn_selectable_terminate(NULL);
    pn_selectable_collect(NULL, NULL);
    pn_selectable_free(NULL);
}

static void handlers_and_timers(void)
{
    CHECK(!pn_handler_mem(NULL) && !pn_record_get_handler(NULL));
    pn_handler_add(NULL, NULL);
    pn_handler_clear(NULL);
    pn_handler_dispatch(NULL, NULL, PN_TIMER_TASK);
    pn_record_set_handler(NULL, NULL);
    pn_handler_free(NULL);
    pn_handler_t *handler = pn_handler(NULL);
    pn_handler_add(handler, NULL);
    pn_handler_dispatch(handler, NULL, PN_TIMER_TASK);
    pn_handler_free(handler);
    CHECK(!pn_timer_deadline(NULL) && !pn_timer_tasks(NULL) && !pn_timer_schedule(NULL, 1));
    CHECK(!pn_task_attachments(NULL));
    pn_timer_tick(NULL, 1);
    pn_task_cancel(NULL);
    pn_timer_t *timer = pn_timer(NULL);
    pn_timer_schedule(timer, 1);
    pn_timer_tick(timer, 1);
    CHECK(pn_timer_tasks(timer) == 0);
    pn_decref(timer);
}

static void reactors(void)
{
    CHECK(!pn_reactor_attachments(NULL) && !pn_reactor_collector(NULL) && !pn_reactor_error(NULL));
    CHECK(!pn_reactor_get_handler(NULL) && !pn_reactor_get_global_handler(NULL) && !pn_reactor_children(NULL));
    CHECK(!pn_reactor_get_timeout(NULL) && !pn_reactor_mark(NULL) && !pn_reactor_now(NULL));
    CHECK(pn_reactor_quiesced(NULL) && !pn_reactor_process(NULL) && pn_reactor_wakeup(NULL) < 0);
    CHECK(!pn_reactor_selectable(NULL) && !pn_reactor_acceptor(NULL, NULL, NULL, NULL));
    CHECK(!pn_reactor_connection(NULL, NULL) && !pn_reactor_connection_to_host(NULL, NULL, NULL, NULL));
    CHECK(!pn_reactor_get_connection_address(NULL, NULL) && !pn_reactor_schedule(NULL, 1, NULL));
    CHECK(!pn_event_reactor(NULL) && !pn_event_root(NULL) && !pn_object_reactor(NULL) && !pn_connection_acceptor(NULL));
    pn_reactor_set_timeout(NULL, 1);
    pn_reactor_yield(NULL);
    pn_reactor_start(NULL);
    pn_reactor_stop(NULL);
    pn_reactor_run(NULL);
    pn_reactor_set_handler(NULL, NULL);
    pn_reactor_set_global_handler(NULL, NULL);
    pn_reactor_update(NULL, NULL);
    pn_reactor_set_connection_host(NULL, NULL, NULL, NULL);
    pn_acceptor_set_ssl_domain(NULL, NULL);
    pn_acceptor_close(NULL);
    pn_reactor_free(NULL);
    pn_reactor_t *reactor = pn_reactor();
    pn_reactor_set_handler(reactor, NULL);
    pn_reactor_update(reactor, NULL);
    CHECK(pn_reactor_connection_to_host(reactor, NULL, NULL, NULL) != NULL);
    pn_reactor_run(reactor);
    pn_reactor_free(reactor);
}

static void messengers(void)
{
    CHECK(!pn_messenger_name(NULL) && !pn_messenger_error(NULL) && !pn_messenger_errno(NULL));
    CHECK(pn_messenger_put(NULL, NULL) < 0 && pn_messenger_get(NULL, NULL) < 0 && pn_messenger_recv(NULL, 1) < 0);
    CHECK(pn_messenger_send(NULL, 1) < 0 && pn_messenger_work(NULL, 1) < 0 && pn_messenger_interrupt(NULL) < 0);
    CHECK(pn_messenger_start(NULL) < 0 && pn_messenger_stop(NULL) < 0 && pn_messenger_stopped(NULL));
    CHECK(!pn_messenger_subscribe(NULL, NULL) && !pn_messenger_selectable(NULL) && !pn_messenger_deadline(NULL));
    CHECK(!pn_messenger_status(NULL, 0) && !pn_messenger_delivery(NULL, 0) && !pn_messenger_tracker_link(NULL, 0));
    CHECK(pn_messenger_route(NULL, NULL, NULL) < 0 && pn_messenger_rewrite(NULL, NULL, NULL) < 0);
    CHECK(!pn_messenger_get_link(NULL, NULL, true) && !pn_messenger_incoming_subscription(NULL));
    CHECK(!pn_subscription_address(NULL) && !pn_subscription_get_context(NULL));
    pn_subscription_set_context(NULL, NULL);
    pn_messenger_set_tracer(NULL, NULL);
    pn_messenger_free(NULL);
    pn_messenger_t *messenger = pn_messenger("name");
    pn_messenger_set_timeout(messenger, 10);
    CHECK(!pn_messenger_get_link(messenger, NULL, true));
    CHECK(pn_messenger_route(messenger, NULL, NULL) == 0 && pn_messenger_rewrite(messenger, "*", NULL) == 0);
    CHECK(pn_messenger_get(messenger, NULL) == PN_EOS);
    pn_messenger_free(messenger);
}

int main(void)
{
    urls();
    selectables();
    handlers_and_timers();
    reactors();
    messengers();
    return checks_result();
}
