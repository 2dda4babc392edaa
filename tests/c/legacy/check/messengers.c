/* Self-checking: messengers that a program waits for itself, that are interrupted, that answer each other, and that meet
 * peers who break off. Both ends are in this process; each is worked in turns. An argument gives how many messages go. */
#include "../legacy_net.h"

#include "check.h"

#include <proton/codec.h>
#include <proton/condition.h>
#include <proton/selectable.h>
#include <proton/ssl.h>

#include <dirent.h>
#include <poll.h>
#include <pthread.h>

#define FILE_OF(name) CERTIFICATES "/" name

static int messages = 10000;
static pn_messenger_t *tx, *rx;
static char address[64], source[64];

static int open_files(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (readdir(folder)) count++;
    closedir(folder);
    return count;
}

static void work(void)
{
    for (int i = 0; i < 30; i++) {
        pn_messenger_work(tx, 2);
        pn_messenger_work(rx, 2);
    }
}

static void begin(const char *scheme)
{
    tx = pn_messenger("sender");
    rx = pn_messenger("receiver");
    pn_messenger_set_blocking(tx, false);
    pn_messenger_set_blocking(rx, false);
    const char *port = free_port();
    snprintf(source, sizeof source, "%s://~127.0.0.1:%s", scheme, port);
    snprintf(address, sizeof address, "%s://127.0.0.1:%s/queue", scheme, port);
}

static void end(void)
{
    pn_messenger_stop(tx);
    pn_messenger_stop(rx);
    work();
    CHECK(pn_messenger_stopped(tx) && pn_messenger_stopped(rx));
    pn_messenger_free(tx);
    pn_messenger_free(rx);
}

static int put(pn_messenger_t *m, const char *to, const char *reply_to)
{
    pn_message_t *msg = pn_message();
    pn_message_set_address(msg, to);
    if (reply_to) pn_message_set_reply_to(msg, reply_to);
    pn_data_put_string(pn_message_body(msg), pn_bytes(5, "hello"));
    int code = pn_messenger_put(m, msg);
    pn_message_free(msg);
    return code;
}

static void everything_arrives(void)
{
    int before = open_files(), got = 0, sent = 0;
    begin("amqp");
    CHECK(pn_messenger_subscribe(rx, source) != NULL);
    pn_messenger_recv(rx, -1);
    for (int turns = 0; got < messages && turns < 100 * messages; turns++) {
        while (sent < messages && sent - got < 200 && !put(tx, address, NULL)) sent++;
        pn_messenger_work(tx, 0);
        pn_messenger_work(rx, 1);
        while (pn_messenger_incoming(rx) && !pn_messenger_get(rx, NULL)) got++;
    }
    CHECK(sent == messages && got == messages);
    CHECK(pn_messenger_outgoing(tx) == 0);
    end();
    CHECK(open_files() == before);
}

static void requests_are_answered(void)
{
    int before = open_files();
    begin("amqp");
    CHECK(pn_messenger_subscribe(rx, source) != NULL);
    pn_messenger_recv(rx, -1);
    pn_messenger_recv(tx, -1);
    CHECK(!put(tx, address, "~/replies"));
    pn_message_t *request = pn_message(), *reply = pn_message();
    for (int i = 0; i < 200 && !pn_messenger_incoming(rx); i++) work();
    CHECK(!pn_messenger_get(rx, request));
    const char *reply_to = pn_message_get_reply_to(request);
    if (CHECK(reply_to && !strcmp(reply_to, "amqp://sender/replies"))) {
        CHECK(!put(rx, reply_to, NULL)); /* over the connection of the one who asked */
        for (int i = 0; i < 200 && !pn_messenger_incoming(tx); i++) work();
        CHECK(!pn_messenger_get(tx, reply));
    }
    pn_message_free(request);
    pn_message_free(reply);
    end();
    CHECK(open_files() == before);
}

static void *interrupt(void *messenger)
{
    pn_messenger_interrupt((pn_messenger_t *)messenger);
    return NULL;
}

static void another_thread_interrupts(void)
{
    int before = open_files();
    begin("amqp");
    CHECK(pn_messenger_subscribe(rx, source) != NULL);
    pn_messenger_set_blocking(rx, true);
    for (int i = 0; i < 20; i++) {
        pthread_t thread;
        pthread_create(&thread, NULL, interrupt, rx);
        CHECK((i % 2 ? pn_messenger_work(rx, -1) : pn_messenger_recv(rx, 1)) == PN_INTR);
        pthread_join(thread, NULL);
    }
    pn_messenger_set_blocking(rx, false);
    pn_error_clear(pn_messenger_error(rx));
    end();
    CHECK(open_files() == before);
}

/* ---- a program with a loop of its own ---- */

static pn_selectable_t *known[16];
static int known_count;

/* Takes what the messenger has to tell, and waits once for all of it. */
static void poll_once(pn_messenger_t *m)
{
    pn_selectable_t *selectable;
    for (int i = 0; i < 32 && (selectable = pn_messenger_selectable(m)); i++) {
        if (pn_selectable_is_terminal(selectable)) {
            for (int j = 0; j < known_count; j++)
                if (known[j] == selectable) known[j--] = known[--known_count];
            pn_selectable_free(selectable);
        } else if (known_count < 16) {
            bool is_known = false;
            for (int j = 0; j < known_count; j++) is_known = is_known || known[j] == selectable;
            if (!is_known) known[known_count++] = selectable;
        }
    }
    struct pollfd polls[16];
    int count = known_count;
    for (int i = 0; i < count; i++) {
        polls[i].fd = pn_selectable_get_fd(known[i]);
        polls[i].events = (short)((pn_selectable_is_reading(known[i]) ? POLLIN : 0)
            | (pn_selectable_is_writing(known[i]) ? POLLOUT : 0));
        pn_selectable_set_registered(known[i], true);
    }
    poll(polls, (nfds_t)count, 2);
    for (int i = 0; i < count; i++) {
        if (polls[i].revents & POLLIN) pn_selectable_readable(known[i]);
        if (polls[i].revents & POLLOUT) pn_selectable_writable(known[i]);
        if (polls[i].revents & (POLLERR | POLLHUP | POLLNVAL)) pn_selectable_error(known[i]);
    }
}

static void a_program_may_poll_itself(void)
{
    int before = open_files(), got = 0;
    known_count = 0;
    begin("amqp");
    pn_messenger_set_passive(rx, true);
    CHECK(pn_messenger_subscribe(rx, source) != NULL);
    CHECK(pn_messenger_recv(rx, -1) == PN_INPROGRESS);
    CHECK(!put(tx, address, NULL));
    for (int i = 0; i < 2000 && !got; i++) {
        pn_messenger_work(tx, 1);
        poll_once(rx);
        if (pn_messenger_incoming(rx)) got += !pn_messenger_get(rx, NULL);
    }
    CHECK(got == 1);
    pn_messenger_stop(tx);
    CHECK(pn_messenger_stop(rx) == PN_INPROGRESS);
    for (int i = 0; i < 2000 && !(pn_messenger_stopped(rx) && pn_messenger_stopped(tx)); i++) {
        pn_messenger_work(tx, 1);
        poll_once(rx);
    }
    CHECK(pn_messenger_stopped(rx) && pn_messenger_stopped(tx));
    pn_messenger_free(tx);
    pn_messenger_free(rx);
    CHECK(open_files() == before);
}

/* ---- peers that break off ---- */

static int dial(void)
{
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    place.sin_port = htons((uint16_t)atoi(strrchr(source, ':') + 1));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(!connect(fd, (struct sockaddr *)&place, sizeof place));
    return fd;
}

static void broken_peers_harm_nobody(void)
{
    static const char *const said[] = {"", "GET / HTTP/1.1\r\n\r\n", "AMQP\0\1\0\0", "AMQP\0\1\0\0\xff\xff\xff\xff", "AMQ"};
    static const size_t sizes[] = {0, 18, 8, 12, 3};
    int before = open_files();
    begin("amqp");
    CHECK(pn_messenger_subscribe(rx, source) != NULL);
    pn_messenger_recv(rx, -1);
    for (size_t i = 0; i < 3 * sizeof sizes / sizeof *sizes; i++) {
        struct linger at_once = {1, 0};
        int fd = dial(), how = (int)(i % 3);
        size_t which = i / 3;
        CHECK(write(fd, said[which], sizes[which]) == (ssize_t)sizes[which]);
        work();
        if (how == 0) setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        if (how == 1) shutdown(fd, SHUT_WR);
        if (how == 1) work();
        close(fd);
        work();
    }
    CHECK(!put(tx, address, NULL));
    for (int i = 0; i < 200 && !pn_messenger_incoming(rx); i++) work();
    CHECK(!pn_messenger_get(rx, NULL));
    end();
    CHECK(open_files() == before);
}

/* ---- credit and windows ---- */

/* Two senders, each on a connection of its own, and credit for one message at a time: what the silent one holds is taken
 * back for the other. */
static void credit_is_shared(void)
{
    int before = open_files(), got = 0;
    begin("amqp");
    pn_messenger_t *other = pn_messenger("other");
    pn_messenger_set_blocking(other, false);
    CHECK(pn_messenger_subscribe(rx, source) != NULL);
    CHECK(!put(tx, address, NULL));
    CHECK(!put(other, address, NULL));
    for (int i = 0; i < 4000 && got < 6; i++) {
        pn_messenger_work(tx, 0);
        pn_messenger_work(other, 0);
        if (!pn_messenger_receiving(rx)) pn_messenger_recv(rx, 1);
        pn_messenger_work(rx, 1);
        while (pn_messenger_incoming(rx) && !pn_messenger_get(rx, NULL))
            if (++got >= 2 && got < 6) CHECK(!put(tx, address, NULL));
    }
    CHECK(got == 6);
    pn_messenger_stop(other);
    for (int i = 0; i < 50 && !pn_messenger_stopped(other); i++) {
        pn_messenger_work(other, 1);
        pn_messenger_work(rx, 1);
    }
    CHECK(pn_messenger_stopped(other));
    pn_messenger_free(other);
    end();
    CHECK(open_files() == before);
}

static void windows_forget_the_oldest(void)
{
    int before = open_files();
    pn_tracker_t trackers[5];
    begin("amqp");
    pn_messenger_set_outgoing_window(tx, 3);
    pn_messenger_set_incoming_window(rx, 3);
    CHECK(pn_messenger_subscribe(rx, source) != NULL);
    pn_messenger_recv(rx, -1);
    for (int i = 0; i < 5; i++) {
        CHECK(!put(tx, address, NULL));
        trackers[i] = pn_messenger_outgoing_tracker(tx);
    }
    for (int i = 0; i < 200 && pn_messenger_incoming(rx) < 5; i++) work();
    for (int i = 0; i < 5; i++) CHECK(!pn_messenger_get(rx, NULL));
    CHECK(!pn_messenger_accept(rx, pn_messenger_incoming_tracker(rx), PN_CUMULATIVE));
    work();
    for (int i = 0; i < 5; i++)
        CHECK(pn_messenger_status(tx, trackers[i]) == (i < 2 ? PN_STATUS_UNKNOWN : PN_STATUS_ACCEPTED));
    CHECK(!pn_messenger_settle(tx, trackers[4], PN_CUMULATIVE));
    CHECK(pn_messenger_status(tx, trackers[4]) == PN_STATUS_UNKNOWN);
    end();
    CHECK(open_files() == before);
}

static void amqps_encrypts(void)
{
    int before = open_files();
    begin("amqps");
    CHECK(!pn_messenger_set_certificate(rx, FILE_OF("server.pem")));
    CHECK(!pn_messenger_set_private_key(rx, FILE_OF("server.key")));
    CHECK(!pn_messenger_set_trusted_certificates(tx, FILE_OF("ca.pem")));
    CHECK(!pn_messenger_set_ssl_peer_authentication_mode(tx, PN_SSL_VERIFY_PEER));
    CHECK(pn_messenger_subscribe(rx, source) != NULL);
    pn_messenger_set_outgoing_window(tx, 1);
    pn_messenger_recv(rx, -1);
    CHECK(!put(tx, address, NULL));
    for (int i = 0; i < 200 && !pn_messenger_incoming(rx); i++) work();
    CHECK(pn_messenger_incoming(rx) == 1);
    end();
    /* A server that nobody has vouched for gets nothing. */
    begin("amqps");
    CHECK(!pn_messenger_set_certificate(rx, FILE_OF("server.pem")));
    CHECK(!pn_messenger_set_private_key(rx, FILE_OF("server.key")));
    CHECK(!pn_messenger_set_trusted_certificates(tx, FILE_OF("wrong-ca.pem")));
    CHECK(pn_messenger_subscribe(rx, source) != NULL);
    pn_messenger_set_outgoing_window(tx, 1);
    pn_messenger_recv(rx, -1);
    put(tx, address, NULL);
    pn_tracker_t tracker = pn_messenger_outgoing_tracker(tx);
    for (int i = 0; i < 200 && pn_messenger_status(tx, tracker) != PN_STATUS_ABORTED; i++) work();
    CHECK(pn_messenger_status(tx, tracker) == PN_STATUS_ABORTED);
    CHECK(pn_messenger_incoming(rx) == 0);
    end();
    CHECK(open_files() == before);
}

static void null_is_nobody(void)
{
    pn_message_t *msg = pn_message();
    CHECK(pn_messenger_put(NULL, msg) == PN_ARG_ERR);
    CHECK(pn_messenger_get(NULL, msg) == PN_ARG_ERR);
    CHECK(pn_messenger_send(NULL, -1) == PN_ARG_ERR);
    CHECK(pn_messenger_recv(NULL, 1) == PN_ARG_ERR);
    CHECK(pn_messenger_start(NULL) == PN_ARG_ERR);
    CHECK(pn_messenger_stop(NULL) == PN_ARG_ERR);
    CHECK(pn_messenger_accept(NULL, 0, 0) == PN_ARG_ERR);
    CHECK(pn_messenger_reject(NULL, 0, 0) == PN_ARG_ERR);
    CHECK(pn_messenger_settle(NULL, 0, 0) == PN_ARG_ERR);
    CHECK(pn_messenger_status(NULL, 0) == PN_STATUS_UNKNOWN);
    CHECK(pn_messenger_route(NULL, "a", "b") == PN_ARG_ERR);
    CHECK(pn_messenger_rewrite(NULL, "a", "b") == PN_ARG_ERR);
    CHECK(pn_messenger_selectable(NULL) == NULL);
    CHECK(pn_messenger_subscribe(NULL, "a") == NULL);
    CHECK(pn_messenger_get_link(NULL, "a", true) == NULL);
    CHECK(pn_messenger_delivery(NULL, 0) == NULL);
    CHECK(pn_messenger_incoming_subscription(NULL) == NULL);
    CHECK(pn_subscription_address(NULL) == NULL);
    CHECK(pn_subscription_get_context(NULL) == NULL);
    pn_messenger_work(NULL, 0);
    pn_messenger_interrupt(NULL);
    pn_messenger_deadline(NULL);
    pn_messenger_set_tracer(NULL, NULL);
    pn_messenger_free(NULL);
    pn_messenger_t *m = pn_messenger(NULL);
    CHECK(pn_messenger_subscribe(m, NULL) == NULL);
    pn_error_clear(pn_messenger_error(m));
    pn_messenger_route(m, NULL, NULL);
    pn_messenger_rewrite(m, NULL, NULL);
    pn_messenger_get_link(m, NULL, true);
    pn_messenger_get_remote_idle_timeout(m, NULL);
    pn_messenger_free(m);
    pn_message_free(msg);
}

/* What failed before is not held against the next attempt. */
static void nobody_there_is_found_out_each_time(void)
{
    begin("amqp");
    pn_messenger_set_outgoing_window(tx, 10);
    for (int i = 0; i < 3; i++) {
        CHECK(put(tx, address, NULL) == 0);
        work();
        CHECK(pn_messenger_status(tx, i) == PN_STATUS_ABORTED);
    }
    end();
}

/* ---- a server that sends its clients elsewhere ---- */

static char elsewhere[16];
static int turned_away;

static void turn_away(pn_handler_t *handler, pn_event_t *event, pn_event_type_t type)
{
    (void)handler;
    if (type == PN_CONNECTION_REMOTE_OPEN) {
        pn_connection_t *connection = pn_event_connection(event);
        pn_condition_t *condition = pn_connection_condition(connection);
        pn_condition_set_name(condition, "amqp:connection:redirect");
        pn_data_t *info = pn_condition_info(condition);
        pn_data_put_map(info);
        pn_data_enter(info);
        pn_data_put_symbol(info, pn_bytes(12, "network-host"));
        pn_data_put_string(info, pn_bytes(9, "127.0.0.1"));
        pn_data_put_symbol(info, pn_bytes(4, "port"));
        pn_data_put_int(info, atoi(elsewhere));
        pn_connection_open(connection);
        pn_connection_close(connection);
        turned_away++;
    }
    if (type == PN_CONNECTION_UNBOUND) pn_connection_release(pn_event_connection(event));
}

static void a_messenger_goes_where_it_is_sent(bool in_circles)
{
    begin("amqp");
    pn_messenger_set_outgoing_window(tx, 10);
    pn_messenger_subscribe(rx, source);
    pn_messenger_recv(rx, -1);
    pn_reactor_t *reactor = pn_reactor();
    pn_handler_t *handler = pn_handler(turn_away);
    pn_acceptor_t *acceptor = pn_reactor_acceptor(reactor, "127.0.0.1", "0", handler);
    int here = port_of(pn_selectable_get_fd((pn_selectable_t *)acceptor));
    snprintf(elsewhere, sizeof elsewhere, "%d", in_circles ? here : atoi(strrchr(source, ':') + 1));
    snprintf(address, sizeof address, "amqp://127.0.0.1:%d/queue", here);
    turned_away = 0;
    pn_reactor_set_timeout(reactor, 1);
    pn_reactor_start(reactor);
    CHECK(put(tx, address, NULL) == 0);
    for (int i = 0; i < 40; i++) {
        pn_messenger_work(tx, 2);
        for (int steps = 0; steps < 5; steps++) pn_reactor_process(reactor);
    }
    work();
    if (in_circles) {
        check(turned_away > 1 && turned_away < 20, "nobody is sent on for ever");
        CHECK(pn_messenger_status(tx, 0) == PN_STATUS_ABORTED);
    } else {
        CHECK(turned_away == 1);
        CHECK(pn_messenger_incoming(rx) == 1);
    }
    pn_acceptor_close(acceptor);
    pn_reactor_free(reactor);
    pn_decref(handler);
    end();
}

int main(int argc, char **argv)
{
    if (argc > 1) messages = atoi(argv[1]);
    everything_arrives();
    requests_are_answered();
    another_thread_interrupts();
    a_program_may_poll_itself();
    broken_peers_harm_nobody();
    credit_is_shared();
    windows_forget_the_oldest();
    amqps_encrypts();
    nobody_there_is_found_out_each_time();
    a_messenger_goes_where_it_is_sent(false);
    a_messenger_goes_where_it_is_sent(true);
    null_is_nobody();
    return checks_result();
}
