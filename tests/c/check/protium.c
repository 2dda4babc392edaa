/* What protium.h adds: capabilities and properties of sessions and links, and what a sender says it could send. */
#include "check.h"

#include <proton/codec.h>
#include <proton/connection.h>
#include <proton/link.h>
#include <proton/object.h>
#include <proton/session.h>
#include <proton/transport.h>

#include <protium.h>

#include <stddef.h>

typedef struct side_t {
    pn_transport_t *transport;
    pn_connection_t *connection;
    pn_session_t *session;
    pn_link_t *link;
} side_t;

static void begin(side_t *side, bool server)
{
    side->transport = pn_transport();
    if (server) pn_transport_set_server(side->transport);
    side->connection = pn_connection();
    pn_transport_bind(side->transport, side->connection);
    pn_connection_open(side->connection);
    side->session = NULL;
    side->link = NULL;
}

static void end(side_t *side)
{
    pn_transport_unbind(side->transport);
    pn_transport_free(side->transport);
    pn_connection_free(side->connection);
}

static bool carry(side_t *from, side_t *to)
{
    bool any = false;
    ssize_t waiting;
    while ((waiting = pn_transport_pending(from->transport)) > 0) {
        ssize_t taken = pn_transport_push(to->transport, pn_transport_head(from->transport), (size_t)waiting);
        if (taken <= 0) break;
        pn_transport_pop(from->transport, (size_t)taken);
        any = true;
    }
    return any;
}

static void talk(side_t *a, side_t *b)
{
    while (carry(a, b) | carry(b, a)) {}
}

static void put_symbol(pn_data_t *data, const char *name) { pn_data_put_symbol(data, pn_bytes(strlen(name), name)); }

static bool says(pn_data_t *data, const char *expected)
{
    char text[200];
    size_t size = sizeof text;
    if (!data) return !expected;
    pn_data_rewind(data);
    return expected && !pn_data_format(data, text, &size) && size == strlen(expected) && !memcmp(text, expected, size);
}

static void what_one_side_says_the_other_hears(void)
{
    side_t a, b;
    begin(&a, false);
    begin(&b, true);
    a.session = pn_session(a.connection);
    put_symbol(protium_session_offered_capabilities(a.session), "one");
    pn_data_fill(protium_session_desired_capabilities(a.session), "@T[ss]", PN_SYMBOL, "two", "three");
    pn_data_fill(protium_session_properties(a.session), "{si}", "limit", 4);
    pn_session_open(a.session);
    a.link = pn_sender(a.session, "link");
    pn_data_fill(protium_link_offered_capabilities(a.link), "@T[ss]", PN_SYMBOL, "four", "five");
    put_symbol(protium_link_desired_capabilities(a.link), "six");
    pn_data_fill(pn_link_properties(a.link), "{si}", "x", 7);
    pn_link_open(a.link);
    talk(&a, &b);
    b.session = pn_session_head(b.connection, 0);
    b.link = pn_link_head(b.connection, 0);
    CHECK(says(protium_session_remote_offered_capabilities(b.session), ":one"));
    CHECK(says(protium_session_remote_desired_capabilities(b.session), "@PN_SYMBOL[:two, :three]"));
    CHECK(says(protium_session_remote_properties(b.session), "{:limit=4}"));
    CHECK(says(protium_link_remote_offered_capabilities(b.link), "@PN_SYMBOL[:four, :five]"));
    CHECK(says(protium_link_remote_desired_capabilities(b.link), ":six"));
    CHECK(says(pn_link_remote_properties(b.link), "{:x=7}"));
    CHECK(protium_link_remote_offered_capabilities(b.link) == protium_link_remote_offered_capabilities(b.link));
    /* The way back: a link that says nothing, and a session that says one thing. */
    put_symbol(protium_session_desired_capabilities(b.session), "eight");
    pn_session_open(b.session);
    pn_link_open(b.link);
    talk(&a, &b);
    CHECK(says(protium_session_remote_desired_capabilities(a.session), ":eight"));
    CHECK(says(protium_session_remote_offered_capabilities(a.session), NULL));
    CHECK(says(protium_session_remote_properties(a.session), NULL));
    CHECK(says(protium_link_remote_offered_capabilities(a.link), NULL));
    CHECK(says(protium_link_remote_desired_capabilities(a.link), NULL));
    CHECK(says(protium_link_offered_capabilities(a.link), "@PN_SYMBOL[:four, :five]"));
    CHECK(says(protium_link_offered_capabilities(b.link), ""));
    end(&a);
    end(&b);
}

static void what_could_be_sent_is_told(void)
{
    side_t a, b;
    begin(&a, false);
    begin(&b, true);
    a.session = pn_session(a.connection);
    pn_session_open(a.session);
    a.link = pn_sender(a.session, "link");
    pn_link_open(a.link);
    talk(&a, &b);
    b.link = pn_link_head(b.connection, 0);
    CHECK(pn_link_available(b.link) == 0);
    pn_link_offered(a.link, 12);
    talk(&a, &b);
    CHECK(pn_link_available(a.link) == 12 && pn_link_available(b.link) == 12);
    pn_link_offered(a.link, 0);
    talk(&a, &b);
    CHECK(pn_link_available(b.link) == 0);
    end(&a);
    end(&b);
}

/* A pointer that is kept too long reads nothing. */
static void data_outlives_its_owner(void)
{
    pn_connection_t *connection = pn_connection();
    pn_session_t *session = pn_session(connection);
    pn_link_t *link = pn_receiver(session, "link");
    pn_data_t *of_session = protium_session_properties(session), *of_link = protium_link_desired_capabilities(link);
    put_symbol(of_session, "x");
    put_symbol(of_link, "x");
    pn_incref(of_session);
    pn_incref(of_link);
    pn_connection_free(connection);
    CHECK(pn_data_size(of_session) == 0 && pn_data_size(of_link) == 0);
    pn_decref(of_session);
    pn_decref(of_link);
}

static void nothing_for_null(void)
{
    CHECK(!protium_link_offered_capabilities(NULL));
    CHECK(!protium_link_desired_capabilities(NULL));
    CHECK(!protium_link_remote_offered_capabilities(NULL));
    CHECK(!protium_link_remote_desired_capabilities(NULL));
    CHECK(!protium_session_offered_capabilities(NULL));
    CHECK(!protium_session_desired_capabilities(NULL));
    CHECK(!protium_session_properties(NULL));
    CHECK(!protium_session_remote_offered_capabilities(NULL));
    CHECK(!protium_session_remote_desired_capabilities(NULL));
    CHECK(!protium_session_remote_properties(NULL));
}

int main(void)
{
    what_one_side_says_the_other_hears();
    what_could_be_sent_is_told();
    data_outlives_its_owner();
    nothing_for_null();
    return checks_result();
}
