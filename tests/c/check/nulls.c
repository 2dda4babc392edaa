/* Self-checking: NULL gives a neutral value and breaks nothing, also where older releases would have crashed. */
#include "check.h"

#include <proton/codec.h>
#include <proton/connection.h>
#include <proton/connection_driver.h>
#include <proton/delivery.h>
#include <proton/disposition.h>
#include <proton/event.h>
#include <proton/link.h>
#include <proton/message.h>
#include <proton/object.h>
#include <proton/session.h>
#include <proton/terminus.h>
#include <proton/transport.h>

static void endpoints(void)
{
    char byte = 0;
    CHECK(pn_connection_state(NULL) == 0);
    CHECK(pn_connection_get_context(NULL) == NULL);
    CHECK(pn_session_get_context(NULL) == NULL);
    CHECK(pn_session_connection(NULL) == NULL);
    CHECK(pn_session_head(NULL, 0) == NULL);
    CHECK(pn_session_next(NULL, 0) == NULL);
    CHECK(pn_link_head(NULL, 0) == NULL);
    CHECK(pn_link_next(NULL, 0) == NULL);
    CHECK(pn_link_credit(NULL) == 0);
    CHECK(pn_link_available(NULL) == 0);
    CHECK(pn_link_queued(NULL) == 0);
    CHECK(pn_link_current(NULL) == NULL);
    CHECK(!pn_link_advance(NULL));
    CHECK(pn_link_snd_settle_mode(NULL) == PN_SND_MIXED);
    CHECK(pn_link_rcv_settle_mode(NULL) == PN_RCV_FIRST);
    CHECK(pn_link_remote_snd_settle_mode(NULL) == PN_SND_MIXED);
    CHECK(pn_link_remote_rcv_settle_mode(NULL) == PN_RCV_FIRST);
    CHECK(pn_link_source(NULL) == NULL);
    CHECK(pn_link_target(NULL) == NULL);
    CHECK(pn_link_remote_source(NULL) == NULL);
    CHECK(pn_link_remote_target(NULL) == NULL);
    CHECK(pn_link_recv(NULL, &byte, 1) == PN_ARG_ERR);
}

static void termini(void)
{
    CHECK(pn_terminus_get_type(NULL) == PN_UNSPECIFIED);
    CHECK(pn_terminus_get_address(NULL) == NULL);
    CHECK(pn_terminus_get_durability(NULL) == PN_NONDURABLE);
    CHECK(pn_terminus_get_timeout(NULL) == 0);
    CHECK(!pn_terminus_is_dynamic(NULL));
    CHECK(pn_terminus_properties(NULL) == NULL);
    CHECK(pn_terminus_filter(NULL) == NULL);
    CHECK(pn_terminus_set_address(NULL, "x") == PN_ARG_ERR);
    CHECK(pn_terminus_set_type(NULL, PN_SOURCE) == PN_ARG_ERR);
    CHECK(pn_terminus_copy(NULL, NULL) == PN_ARG_ERR);
}

static void deliveries_and_conditions(void)
{
    CHECK(!pn_delivery_settled(NULL));
    CHECK(!pn_delivery_updated(NULL));
    CHECK(!pn_delivery_readable(NULL));
    CHECK(!pn_delivery_writable(NULL));
    CHECK(pn_delivery_tag(NULL).size == 0);
    pn_delivery_update(NULL, PN_ACCEPTED);
    CHECK(!pn_condition_is_set(NULL));
    pn_condition_free(NULL);
}

static void transports_and_data(void)
{
    CHECK(pn_transport_quiesced(NULL));
    CHECK(pn_transport_get_frames_input(NULL) == 0);
    CHECK(pn_transport_get_frames_output(NULL) == 0);
    CHECK(pn_transport_input(NULL, "", 0) == PN_ARG_ERR);
    CHECK(pn_transport_output(NULL, NULL, 0) == PN_ARG_ERR);
    CHECK(pn_data_size(NULL) == 0);
    pn_data_clear(NULL);
    pn_data_free(NULL);
    pn_message_free(NULL);
    pn_collector_free(NULL);
    CHECK(pn_incref(NULL) == NULL);
    pn_decref(NULL);
}

int main(void)
{
    endpoints();
    termini();
    deliveries_and_conditions();
    transports_and_data();
    return checks_result();
}
