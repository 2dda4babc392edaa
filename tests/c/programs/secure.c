/* A peer over TLS that says what it sees, for other implementations on the other side.
 *
 *   secure serve HOST:PORT OPTION...      takes `count` connections, one by default, and ends
 *   secure connect HOST:PORT OPTION...    makes as many, one after the other
 *
 * Options: certificate=NAME (NAME.pem and NAME.key), trust=FILE, verify=none|peer|name, protocols=LIST, host=NAME,
 * session=ID, send=SIZE (one message of that many bytes on each connection), count=N, sasl=MECHANISMS, idle=MS. Files are
 * looked for where the program runs. */
#include <proton/condition.h>
#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/disposition.h>
#include <proton/link.h>
#include <proton/listener.h>
#include <proton/proactor.h>
#include <proton/sasl.h>
#include <proton/session.h>
#include <proton/ssl.h>
#include <proton/transport.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  pn_proactor_t *proactor;
  pn_ssl_domain_t *domain;
  bool serves;
  const char *address, *certificate, *trust, *verify, *protocols, *host, *session, *sasl;
  long count, size, idle, left;
  size_t received;
} peer_t;

static void fail(const char *what) {
  fprintf(stderr, "secure: %s\n", what);
  exit(2);
}

static void read_option(peer_t *peer, const char *option) {
  const struct { const char *name; const char **place; } words[] = {
    {"certificate=", &peer->certificate}, {"trust=", &peer->trust}, {"verify=", &peer->verify},
    {"protocols=", &peer->protocols}, {"host=", &peer->host}, {"session=", &peer->session}, {"sasl=", &peer->sasl},
  };
  const struct { const char *name; long *place; } numbers[] = {
    {"count=", &peer->count}, {"send=", &peer->size}, {"idle=", &peer->idle},
  };
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    size_t length = strlen(words[i].name);
    if (!strncmp(option, words[i].name, length)) {
      *words[i].place = option + length;
      return;
    }
  }
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    size_t length = strlen(numbers[i].name);
    if (!strncmp(option, numbers[i].name, length)) {
      *numbers[i].place = strtol(option + length, NULL, 10);
      return;
    }
  }
  fail(option);
}

static void make_domain(peer_t *peer) {
  peer->domain = pn_ssl_domain(peer->serves ? PN_SSL_MODE_SERVER : PN_SSL_MODE_CLIENT);
  if (!peer->domain) fail("no TLS");
  if (peer->certificate) {
    char pem[100], key[100];
    snprintf(pem, sizeof pem, "%s.pem", peer->certificate);
    snprintf(key, sizeof key, "%s.key", peer->certificate);
    if (pn_ssl_domain_set_credentials(peer->domain, pem, key, NULL)) fail("certificate");
  }
  if (peer->trust && pn_ssl_domain_set_trusted_ca_db(peer->domain, peer->trust)) fail("trust");
  if (peer->protocols && pn_ssl_domain_set_protocols(peer->domain, peer->protocols)) fail("protocols");
  pn_ssl_verify_mode_t mode = !peer->verify || !strcmp(peer->verify, "none") ? PN_SSL_ANONYMOUS_PEER
      : !strcmp(peer->verify, "peer") ? PN_SSL_VERIFY_PEER : PN_SSL_VERIFY_PEER_NAME;
  if (pn_ssl_domain_set_peer_authentication(peer->domain, mode, peer->serves ? peer->trust : NULL)) fail("verify");
}

static pn_transport_t *transport_of(peer_t *peer) {
  pn_transport_t *transport = pn_transport();
  if (peer->serves) pn_transport_set_server(transport);
  if (peer->sasl) pn_sasl_allowed_mechs(pn_sasl(transport), peer->sasl);
  if (peer->idle) pn_transport_set_idle_timeout(transport, (pn_millis_t)peer->idle);
  if (pn_ssl_init(pn_ssl(transport), peer->domain, peer->session)) fail("session");
  return transport;
}

static void dial(peer_t *peer) {
  pn_connection_t *connection = pn_connection();
  pn_connection_set_container(connection, "secure");
  if (peer->host) pn_connection_set_hostname(connection, peer->host);
  pn_proactor_connect2(peer->proactor, connection, transport_of(peer), peer->address);
}

static void say_open(pn_transport_t *transport) {
  pn_ssl_t *ssl = pn_ssl(transport);
  char cipher[64] = "-", protocol[32] = "-";
  pn_ssl_get_cipher_name(ssl, cipher, sizeof cipher);
  pn_ssl_get_protocol_name(ssl, protocol, sizeof protocol);
  const char *subject = pn_ssl_get_remote_subject(ssl), *user = pn_transport_get_user(transport);
  printf("open encrypted=%d protocol=%s cipher=%s resume=%d authenticated=%d user=%s subject=%s\n",
         pn_transport_is_encrypted(transport), protocol, cipher, (int)pn_ssl_resume_status(ssl),
         pn_transport_is_authenticated(transport), user ? user : "-", subject ? subject : "-");
}

static void say_condition(const char *what, pn_condition_t *condition) {
  if (!pn_condition_is_set(condition)) return;
  const char *description = pn_condition_get_description(condition);
  printf("%s %s: %s\n", what, pn_condition_get_name(condition), description ? description : "-");
}

static void send_message(peer_t *peer, pn_link_t *link) {
  char *body = malloc((size_t)peer->size);
  for (long i = 0; i < peer->size; i++) body[i] = (char)(i * 7);
  pn_delivery(link, pn_dtag("1", 1));
  pn_link_send(link, body, (size_t)peer->size);
  pn_link_advance(link);
  free(body);
}

/* Reads what has come; every byte has to be what a sender makes. */
static void receive(peer_t *peer, pn_link_t *link, pn_delivery_t *delivery) {
  char buffer[65536];
  ssize_t size;
  while ((size = pn_link_recv(link, buffer, sizeof buffer)) > 0)
    for (ssize_t i = 0; i < size; i++)
      if (buffer[i] != (char)(peer->received++ * 7)) fail("not what was sent");
  if (!pn_delivery_readable(delivery) || pn_delivery_partial(delivery)) return;
  printf("received %zu\n", peer->received);
  peer->received = 0;
  pn_delivery_update(delivery, PN_ACCEPTED);
  pn_delivery_settle(delivery);
}

static void remote_open(peer_t *peer, pn_connection_t *connection, pn_transport_t *transport) {
  say_open(transport);
  if (peer->serves) {
    pn_connection_set_container(connection, "secure");
    pn_connection_open(connection);
  } else if (peer->size) {
    pn_session_t *session = pn_session(connection);
    pn_session_open(session);
    pn_link_open(pn_sender(session, "sender"));
  } else {
    pn_connection_close(connection);
  }
}

/* True when the last connection has ended. */
static bool handle(peer_t *peer, pn_event_t *event) {
  pn_connection_t *connection = pn_event_connection(event);
  pn_transport_t *transport = pn_event_transport(event);
  pn_link_t *link = pn_event_link(event);
  switch (pn_event_type(event)) {
  case PN_LISTENER_OPEN:
    printf("listening\n");
    break;
  case PN_LISTENER_ACCEPT:
    pn_listener_accept2(pn_event_listener(event), NULL, transport_of(peer));
    break;
  case PN_CONNECTION_INIT:
    if (!peer->serves) pn_connection_open(connection);
    break;
  case PN_CONNECTION_REMOTE_OPEN:
    remote_open(peer, connection, transport);
    break;
  case PN_SESSION_REMOTE_OPEN:
    pn_session_open(pn_event_session(event));
    break;
  case PN_LINK_REMOTE_OPEN:
    if (pn_link_is_receiver(link)) {
      pn_link_open(link);
      pn_link_flow(link, 10);
    }
    break;
  case PN_LINK_FLOW:
    if (pn_link_is_sender(link) && pn_link_credit(link) && !pn_link_unsettled(link)) send_message(peer, link);
    break;
  case PN_DELIVERY:
    if (pn_link_is_receiver(link)) receive(peer, link, pn_event_delivery(event));
    else if (pn_delivery_remote_state(pn_event_delivery(event)) == PN_ACCEPTED) pn_connection_close(connection);
    break;
  case PN_CONNECTION_REMOTE_CLOSE:
    say_condition("told", pn_connection_remote_condition(connection));
    pn_connection_close(connection);
    break;
  case PN_TRANSPORT_ERROR:
    say_condition("error", pn_transport_condition(transport));
    break;
  case PN_TRANSPORT_CLOSED:
    printf("closed\n");
    if (!--peer->left) return true;
    if (!peer->serves) dial(peer);
    break;
  default:
    break;
  }
  fflush(stdout);
  return false;
}

int main(int argc, char **argv) {
  peer_t peer = {.count = 1};
  if (argc < 3) fail("serve or connect, and where");
  peer.serves = !strcmp(argv[1], "serve");
  peer.address = argv[2];
  for (int i = 3; i < argc; i++) read_option(&peer, argv[i]);
  peer.left = peer.count;
  make_domain(&peer);
  peer.proactor = pn_proactor();
  if (peer.serves) pn_proactor_listen(peer.proactor, pn_listener(), peer.address, 10);
  else dial(&peer);
  for (bool over = false; !over;) {
    pn_event_batch_t *batch = pn_proactor_wait(peer.proactor);
    for (pn_event_t *event; (event = pn_event_batch_next(batch));) over = handle(&peer, event) || over;
    pn_proactor_done(peer.proactor, batch);
  }
  pn_proactor_free(peer.proactor);
  pn_ssl_domain_free(peer.domain);
  return 0;
}
