/* A messenger: `send ADDRESS COUNT` sends numbered messages and tells what became of each, `receive ADDRESS COUNT` takes
 * and accepts that many, `answer ADDRESS` answers whoever asks, for ever, and `ask ADDRESS COUNT` asks. An address with
 * a tilde is a place to listen at, any other one to connect to. A line for each message. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#include <proton/codec.h>
#include <proton/message.h>
#include <proton/messenger.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pn_messenger_t *messenger;
static pn_message_t *message;

static void must(int code, const char *what)
{
    if (!code) return;
    printf("%s: %d %s\n", what, code, pn_error_text(pn_messenger_error(messenger)));
    exit(1);
}

static void put(const char *address, const char *reply_to, const char *text)
{
    pn_message_clear(message);
    pn_message_set_address(message, address);
    if (reply_to) pn_message_set_reply_to(message, reply_to);
    pn_data_put_string(pn_message_body(message), pn_bytes(strlen(text), text));
    must(pn_messenger_put(messenger, message), "put");
}

/* The next message's text, as long as it is there. */
static const char *get(void)
{
    while (pn_messenger_incoming(messenger) == 0) must(pn_messenger_recv(messenger, 10), "receive");
    must(pn_messenger_get(messenger, message), "get");
    pn_data_t *body = pn_message_body(message);
    pn_data_rewind(body);
    pn_data_next(body);
    static char text[64];
    pn_bytes_t bytes = pn_data_type(body) == PN_BINARY ? pn_data_get_binary(body) : pn_data_get_string(body);
    snprintf(text, sizeof text, "%.*s", (int)bytes.size, bytes.start);
    return text;
}

static void accept_it(void)
{
    pn_tracker_t tracker = pn_messenger_incoming_tracker(messenger);
    must(pn_messenger_accept(messenger, tracker, 0), "accept");
    must(pn_messenger_settle(messenger, tracker, 0), "settle");
}

static void send_all(const char *address, int count)
{
    pn_messenger_set_outgoing_window(messenger, count);
    pn_tracker_t *trackers = calloc((size_t)count, sizeof *trackers);
    for (int i = 0; i < count; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", i + 1);
        put(address, NULL, text);
        trackers[i] = pn_messenger_outgoing_tracker(messenger);
    }
    must(pn_messenger_send(messenger, -1), "send");
    for (int i = 0; i < count; i++) {
        pn_status_t status = pn_messenger_status(messenger, trackers[i]);
        printf("%s %d\n", status == PN_STATUS_ACCEPTED ? "accepted" : "not accepted", i + 1);
    }
    free(trackers);
}

static void subscribe(const char *address)
{
    if (!pn_messenger_subscribe(messenger, address)) must(-1, "subscribe");
    pn_messenger_set_incoming_window(messenger, 20);
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc < 3) return 2;
    const char *what = argv[1], *address = argv[2];
    int count = argc > 3 ? atoi(argv[3]) : 0;
    messenger = pn_messenger(NULL);
    message = pn_message();
    must(pn_messenger_start(messenger), "start");
    if (!strcmp(what, "send")) {
        pn_messenger_set_timeout(messenger, 20000);
        send_all(address, count);
    } else if (!strcmp(what, "ask")) {
        pn_messenger_set_timeout(messenger, 20000);
        for (int i = 0; i < count; i++) {
            char text[16];
            snprintf(text, sizeof text, "%d", i + 1);
            put(address, "~/answers", text);
            must(pn_messenger_send(messenger, -1), "send");
            printf("%s\n", get());
        }
    } else {
        subscribe(address);
        for (int i = 0; i < count || !count; i++) {
            char text[80], reply_to[200];
            snprintf(text, sizeof text, "answer to %s", get());
            printf("got %s\n", text + 10);
            accept_it();
            if (strcmp(what, "answer")) continue;
            snprintf(reply_to, sizeof reply_to, "%s", pn_message_get_reply_to(message));
            put(reply_to, NULL, text);
        }
    }
    must(pn_messenger_stop(messenger), "stop");
    pn_message_free(message);
    pn_messenger_free(messenger);
    printf("finished\n");
    return 0;
}
