/* A server's program that knows its users, on a proactor: who knows the password gets in, over a socket, and nobody
 * else does. The question to the program comes in the middle of what was read, and reading goes on behind it. */
#include "check.h"

#include <proton/condition.h>
#include <proton/connection.h>
#include <proton/event.h>
#include <proton/listener.h>
#include <proton/netaddr.h>
#include <proton/proactor.h>
#include <proton/sasl.h>
#include <proton/transport.h>

#include <protium.h>

#include <stdio.h>
#include <string.h>

typedef struct scene_t {
    pn_proactor_t *proactor;
    pn_listener_t *listener;
    const char *mechanism, *password;
    int lookups, opened, refused, closed;
} scene_t;

static bool look_up(void *context, pn_transport_t *transport, const char *mechanism, const char *user,
    const char *authorization, protium_sasl_kept_t *kept)
{
    scene_t *scene = context;
    scene->lookups++;
    CHECK(transport && !authorization && !strcmp(mechanism, scene->mechanism) && !strcmp(user, "fred"));
    protium_sasl_kept_password(kept, pn_bytes(6, "secret"));
    return true;
}

static void dial(scene_t *scene)
{
    char address[256];
    pn_netaddr_str(pn_listener_addr(scene->listener), address, sizeof address);
    pn_connection_t *connection = pn_connection();
    pn_transport_t *transport = pn_transport();
    pn_sasl_t *sasl = pn_sasl(transport);
    pn_sasl_allowed_mechs(sasl, scene->mechanism);
    pn_sasl_set_allow_insecure_mechs(sasl, true);
    pn_connection_set_user(connection, "fred");
    pn_connection_set_password(connection, scene->password);
    pn_connection_open(connection);
    pn_proactor_connect2(scene->proactor, connection, transport, address);
}

static void take(scene_t *scene)
{
    pn_transport_t *transport = pn_transport();
    pn_transport_set_server(transport);
    pn_transport_require_auth(transport, true);
    pn_sasl_set_allow_insecure_mechs(pn_sasl(transport), true);
    protium_sasl_set_lookup(pn_sasl(transport), look_up, scene);
    pn_listener_accept2(scene->listener, NULL, transport);
}

static void handle(scene_t *scene, pn_event_t *event)
{
    pn_connection_t *connection = pn_event_connection(event);
    pn_transport_t *transport = pn_event_transport(event);
    switch (pn_event_type(event)) {
    case PN_LISTENER_OPEN: dial(scene); break;
    case PN_LISTENER_ACCEPT: take(scene); break;
    case PN_CONNECTION_REMOTE_OPEN:
        scene->opened++;
        CHECK(pn_transport_is_authenticated(transport) && !strcmp(pn_transport_get_user(transport), "fred"));
        pn_connection_open(connection);
        pn_connection_close(connection);
        break;
    case PN_TRANSPORT_ERROR:
        scene->refused++;
        CHECK(!strcmp(pn_condition_get_name(pn_transport_condition(transport)), "amqp:unauthorized-access"));
        break;
    case PN_TRANSPORT_CLOSED: scene->closed++; break;
    default: break;
    }
}

static void play(const char *mechanism, const char *password, bool knows)
{
    scene_t scene = {.proactor = pn_proactor(), .listener = pn_listener(), .mechanism = mechanism, .password = password};
    pn_proactor_listen(scene.proactor, scene.listener, "127.0.0.1:0", 4);
    while (scene.closed < 2) {
        pn_event_batch_t *batch = pn_proactor_wait(scene.proactor);
        pn_event_t *event;
        while ((event = pn_event_batch_next(batch))) handle(&scene, event);
        pn_proactor_done(scene.proactor, batch);
    }
    CHECK(scene.lookups == 1);
    CHECK(scene.opened == (knows ? 2 : 0) && scene.refused == (knows ? 0 : 2));
    pn_proactor_free(scene.proactor);
}

int main(void)
{
    static const char *const mechanisms[] = {"PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"};
    for (size_t i = 0; i < sizeof mechanisms / sizeof *mechanisms; i++) {
        play(mechanisms[i], "secret", true);
        play(mechanisms[i], "guess", false);
    }
    return checks_result();
}
