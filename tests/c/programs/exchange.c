/* A client of a broker that does not give up: it connects again whenever the connection is lost.
 *
 *   exchange send HOST:PORT QUEUE FIRST COUNT            messages numbered from FIRST, until each has its outcome
 *   exchange receive HOST:PORT QUEUE COUNT OUTCOME       until COUNT different numbers have come
 *
 * A sender sends again what was released or modified, or had no outcome when the connection went. OUTCOME is what a
 * receiver answers with: accept, reject, release or modify. Every outcome and message is a line of its own, so that
 * somebody can watch. tests/python/programs/exchange.py does the same. */
#include <proton/condition.h>
#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/disposition.h>
#include <proton/link.h>
#include <proton/message.h>
#include <proton/proactor.h>
#include <proton/sasl.h>
#include <proton/session.h>
#include <proton/terminus.h>
#include <proton/transport.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many messages may be on the way, and how long to wait before the next try. */
#define WINDOW 50
#define PAUSE_MS 100

enum state { WAITING, SENT, FINAL };

typedef struct {
  pn_proactor_t *proactor;
  const char *address, *queue, *outcome;
  bool sender, finished;
  long first, count, done;
  /* What is known of each number. A receiver only knows WAITING and FINAL. */
  enum state *states;
  pn_link_t *link;
  pn_rwbytes_t buffer;
} client_t;

static void fail(const char *what) {
  fprintf(stderr, "exchange: %s\n", what);
  exit(1);
}

static void dial(client_t *client) {
  pn_connection_t *connection = pn_connection();
  pn_connection_set_container(connection, client->sender ? "exchange-sender" : "exchange-receiver");
  pn_transport_t *transport = pn_transport();
  pn_sasl_allowed_mechs(pn_sasl(transport), "ANONYMOUS");
  pn_proactor_connect2(client->proactor, connection, transport, client->address);
}

/* The queue has to be one that the broker keeps when it dies. */
static void attach(client_t *client, pn_connection_t *connection) {
  pn_session_t *session = pn_session(connection);
  pn_connection_open(connection);
  pn_session_open(session);
  pn_link_t *link = client->sender ? pn_sender(session, "exchange") : pn_receiver(session, "exchange");
  pn_terminus_t *terminus = client->sender ? pn_link_target(link) : pn_link_source(link);
  pn_terminus_set_address(terminus, client->queue);
  pn_terminus_set_durability(terminus, PN_DELIVERIES);
  pn_link_open(link);
  client->link = link;
  if (!client->sender) {
    long credit = client->count - client->done;
    pn_link_flow(link, credit < WINDOW ? (int)credit : WINDOW);
  }
}

static void finish_if_done(client_t *client, pn_connection_t *connection) {
  if (client->done == client->count && !client->finished) {
    client->finished = true;
    pn_connection_close(connection);
  }
}

static void send_one(client_t *client, long at) {
  pn_message_t *message = pn_message();
  pn_message_set_durable(message, true);
  pn_data_put_ulong(pn_message_id(message), (uint64_t)(client->first + at));
  pn_data_put_long(pn_message_body(message), client->first + at);
  size_t size = client->buffer.size;
  if (pn_message_encode(message, client->buffer.start, &size) != 0) fail("encode");
  pn_message_free(message);
  int64_t tag = at;
  pn_delivery(client->link, pn_dtag((const char *)&tag, sizeof tag));
  pn_link_send(client->link, client->buffer.start, size);
  pn_link_advance(client->link);
  client->states[at] = SENT;
}

static void send_waiting(client_t *client) {
  for (long at = 0; at < client->count && client->link && pn_link_credit(client->link) > 0; at++) {
    if (client->states[at] == WAITING) send_one(client, at);
  }
}

/* The peer has said what became of a message. */
static void take_outcome(client_t *client, pn_delivery_t *delivery) {
  int64_t at;
  pn_delivery_tag_t tag = pn_delivery_tag(delivery);
  if (!pn_delivery_updated(delivery)) return;
  if (tag.size != sizeof at) fail("tag");
  memcpy(&at, tag.start, sizeof at);
  long number = client->first + at;
  pn_condition_t *condition = pn_disposition_condition(pn_delivery_remote(delivery));
  const char *name = pn_condition_get_name(condition);
  switch (pn_delivery_remote_state(delivery)) {
    case PN_ACCEPTED: printf("accepted %ld\n", number); client->states[at] = FINAL; break;
    case PN_REJECTED: printf("rejected %ld %s\n", number, name ? name : "-"); client->states[at] = FINAL; break;
    case PN_RELEASED: printf("released %ld\n", number); client->states[at] = WAITING; break;
    case PN_MODIFIED: printf("modified %ld\n", number); client->states[at] = WAITING; break;
    default: return;
  }
  if (client->states[at] == FINAL) client->done++;
  pn_delivery_settle(delivery);
}

static void take_message(client_t *client, pn_delivery_t *delivery) {
  static pn_message_t *message;
  if (!pn_delivery_readable(delivery) || pn_delivery_partial(delivery)) return;
  size_t size = pn_delivery_pending(delivery);
  if (size > client->buffer.size) fail("too large");
  ssize_t got = pn_link_recv(client->link, client->buffer.start, size);
  if (!message) message = pn_message();
  if (got < 0 || pn_message_decode(message, client->buffer.start, (size_t)got) != 0) fail("decode");
  pn_data_rewind(pn_message_body(message));
  if (!pn_data_next(pn_message_body(message))) fail("no body");
  long number = (long)pn_data_get_long(pn_message_body(message));
  if (number < 0 || number >= 1000000) fail("number");
  bool is_new = client->states[number] == WAITING;
  printf("got %ld%s\n", number, is_new ? "" : " again");
  if (is_new) client->done++;
  client->states[number] = FINAL;
  bool modify = strcmp(client->outcome, "modify") == 0;
  if (modify) pn_disposition_set_failed(pn_delivery_local(delivery), true);
  pn_delivery_update(delivery, strcmp(client->outcome, "accept") == 0   ? PN_ACCEPTED
                               : strcmp(client->outcome, "reject") == 0 ? PN_REJECTED
                               : modify                                 ? PN_MODIFIED
                                                                        : PN_RELEASED);
  pn_delivery_settle(delivery);
  /* Never more than is wanted: what is given back would come again. */
  if (client->count - client->done > pn_link_credit(client->link)) pn_link_flow(client->link, 1);
}

/* What had no outcome has to be sent again. */
static void lost(client_t *client, pn_event_t *event) {
  pn_condition_t *condition = pn_transport_condition(pn_event_transport(event));
  client->link = NULL;
  if (client->finished) return;
  printf("lost %s\n", pn_condition_is_set(condition) ? pn_condition_get_name(condition) : "-");
  for (long at = 0; client->sender && at < client->count; at++) {
    if (client->states[at] == SENT) client->states[at] = WAITING;
  }
  pn_proactor_set_timeout(client->proactor, PAUSE_MS);
}

/* Gives whether there is more to come. */
static bool handle(client_t *client, pn_event_t *event) {
  switch (pn_event_type(event)) {
    case PN_CONNECTION_INIT: attach(client, pn_event_connection(event)); break;
    case PN_LINK_FLOW:
      if (client->sender) send_waiting(client);
      break;
    case PN_DELIVERY:
      if (client->sender) {
        take_outcome(client, pn_event_delivery(event));
        send_waiting(client);
      } else {
        take_message(client, pn_event_delivery(event));
      }
      finish_if_done(client, pn_event_connection(event));
      break;
    case PN_CONNECTION_REMOTE_CLOSE:
    case PN_SESSION_REMOTE_CLOSE:
    case PN_LINK_REMOTE_CLOSE: pn_connection_close(pn_event_connection(event)); break;
    case PN_TRANSPORT_CLOSED: lost(client, event); break;
    case PN_PROACTOR_TIMEOUT: dial(client); break;
    case PN_PROACTOR_INACTIVE: return !client->finished;
    default: break;
  }
  fflush(stdout);
  return true;
}

int main(int argc, char **argv) {
  if (argc != 6) fail("see the source for how to call it");
  client_t client = {0};
  client.sender = strcmp(argv[1], "send") == 0;
  client.address = argv[2];
  client.queue = argv[3];
  client.first = client.sender ? atol(argv[4]) : 0;
  client.count = atol(argv[client.sender ? 5 : 4]);
  client.outcome = client.sender ? "" : argv[5];
  client.states = calloc(1000000, sizeof *client.states);
  client.buffer = pn_rwbytes(4096, malloc(4096));
  client.proactor = pn_proactor();
  dial(&client);
  for (bool more = true; more;) {
    pn_event_batch_t *batch = pn_proactor_wait(client.proactor);
    for (pn_event_t *event; more && (event = pn_event_batch_next(batch));) more = handle(&client, event);
    pn_proactor_done(client.proactor, batch);
  }
  pn_proactor_free(client.proactor);
  free(client.buffer.start);
  free(client.states);
  printf("finished\n");
  return 0;
}
