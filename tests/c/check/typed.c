/* Self-checking: the dispositions of 0.40 and later, where one variant is held at a time, with accessors for each
 * type, and how they cross the wire. */
#include "check.h"
#include "engine.h"

static engine_t A, B;
static pn_delivery_t *sent, *received;

/* A delivery that has arrived, on both sides. */
static void begin(void)
{
    muted = true;
    open_engines(&A, &B);
    muted = true;
    join(&A, &B, "l", 5);
    muted = true;
    sent = send_whole(A.link, "d", "x");
    converse(&A, &B);
    received = B.delivery;
}

static void end(void)
{
    end_engines(&A, &B);
}

static bool is_text(const char *text, const char *expected)
{
    return text && !strcmp(text, expected);
}

static bool is_bytes(pn_bytes_t value, const char *expected)
{
    return value.size == strlen(expected) && !memcmp(value.start, expected, value.size);
}

static bool is_value(pn_data_t *data, const char *expected)
{
    return is_text(value_text(data), expected);
}

static void names_and_numbers(void)
{
    CHECK(is_text(pn_disposition_type_name(PN_RECEIVED), "received"));
    CHECK(is_text(pn_disposition_type_name(PN_ACCEPTED), "accepted"));
    CHECK(is_text(pn_disposition_type_name(PN_REJECTED), "rejected"));
    CHECK(is_text(pn_disposition_type_name(PN_RELEASED), "released"));
    CHECK(is_text(pn_disposition_type_name(PN_MODIFIED), "modified"));
    CHECK(is_text(pn_disposition_type_name(0x33), "transaction_declared"));
    CHECK(is_text(pn_disposition_type_name(0x34), "transactional_state"));
    CHECK(is_text(pn_disposition_type_name(0), "unknown"));
    CHECK(is_text(pn_disposition_type_name(0x99), "unknown"));
}

static void typed_accessors_fit_their_type_alone(void)
{
    begin();
    pn_disposition_t *local = pn_delivery_local(received);
    pn_received_disposition_t *partial = pn_received_disposition(local);
    CHECK(partial && pn_disposition_type(local) == PN_RECEIVED);
    CHECK(pn_received_disposition(local) == partial);
    CHECK(!pn_rejected_disposition(local));
    CHECK(!pn_modified_disposition(local));
    CHECK(!pn_declared_disposition(local));
    CHECK(!pn_transactional_disposition(local));
    pn_disposition_clear(local);
    CHECK(pn_disposition_type(local) == 0);
    CHECK(pn_rejected_disposition(local) && pn_disposition_type(local) == PN_REJECTED);
    pn_disposition_clear(local);
    CHECK(pn_modified_disposition(local) && pn_disposition_type(local) == PN_MODIFIED);
    pn_disposition_clear(local);
    CHECK(pn_declared_disposition(local) && pn_disposition_type(local) == 0x33);
    pn_disposition_clear(local);
    CHECK(pn_transactional_disposition(local) && pn_disposition_type(local) == 0x34);
    pn_disposition_clear(local);
    CHECK(pn_custom_disposition(local) && pn_disposition_type(local) == 0);
    end();
}

static void a_disposition_holds_one_variant(void)
{
    begin();
    pn_disposition_t *local = pn_delivery_local(received);
    pn_disposition_set_section_number(local, 5);
    CHECK(pn_disposition_type(local) == PN_RECEIVED && pn_disposition_get_section_number(local) == 5);
    CHECK(!pn_disposition_is_failed(local) && !pn_disposition_is_undeliverable(local));
    CHECK(pn_disposition_type(local) == PN_RECEIVED);
    pn_disposition_set_failed(local, true);
    CHECK(pn_disposition_type(local) == PN_MODIFIED && pn_disposition_is_failed(local));
    CHECK(pn_disposition_get_section_number(local) == 0 && pn_disposition_get_section_offset(local) == 0);
    CHECK(pn_disposition_type(local) == PN_MODIFIED);
    CHECK(pn_disposition_annotations(local) && pn_disposition_is_failed(local));
    CHECK(pn_disposition_condition(local) && pn_disposition_type(local) == PN_REJECTED);
    CHECK(!pn_disposition_is_failed(local));
    pn_disposition_clear(local);
    CHECK(pn_disposition_annotations(local) && pn_disposition_type(local) == PN_MODIFIED);
    CHECK(!pn_disposition_is_failed(local));
    pn_disposition_set_undeliverable(local, true);
    CHECK(pn_disposition_data(local) && pn_disposition_type(local) == PN_MODIFIED);
    CHECK(is_value(pn_disposition_data(local), "[false, true]"));
    end();
}

static void fields_set_before_an_update_stay_if_the_type_fits(void)
{
    begin();
    pn_disposition_t *local = pn_delivery_local(received);
    pn_disposition_set_section_offset(local, 7);
    pn_delivery_update(received, PN_RECEIVED);
    CHECK(pn_disposition_get_section_offset(local) == 7);
    pn_delivery_update(received, PN_ACCEPTED);
    CHECK(pn_disposition_type(local) == PN_ACCEPTED);
    pn_delivery_update(received, PN_RECEIVED);
    CHECK(pn_disposition_get_section_offset(local) == 0);
    end();
}

static void typed_states_cross_the_wire(void)
{
    begin();
    pn_disposition_t *local = pn_delivery_local(received), *remote = pn_delivery_remote(sent);
    pn_received_disposition_t *partial = pn_received_disposition(local);
    pn_received_disposition_set_section_number(partial, 3);
    pn_received_disposition_set_section_offset(partial, 1ull << 40);
    pn_delivery_update(received, PN_RECEIVED);
    converse(&A, &B);
    CHECK(pn_received_disposition_get_section_number(pn_received_disposition(remote)) == 3);
    CHECK(pn_received_disposition_get_section_offset(pn_received_disposition(remote)) == 1ull << 40);

    pn_disposition_clear(local);
    pn_condition_set_name(pn_rejected_disposition_condition(pn_rejected_disposition(local)), "app:no");
    pn_delivery_update(received, PN_REJECTED);
    converse(&A, &B);
    pn_condition_t *condition = pn_rejected_disposition_condition(pn_rejected_disposition(remote));
    CHECK(is_text(pn_condition_get_name(condition), "app:no"));

    pn_disposition_clear(local);
    pn_modified_disposition_t *modified = pn_modified_disposition(local);
    pn_modified_disposition_set_failed(modified, true);
    pn_modified_disposition_set_undeliverable(modified, true);
    pn_data_fill(pn_modified_disposition_annotations(modified), "{si}", "k", 1);
    pn_delivery_update(received, PN_MODIFIED);
    converse(&A, &B);
    modified = pn_modified_disposition(remote);
    CHECK(pn_modified_disposition_is_failed(modified) && pn_modified_disposition_is_undeliverable(modified));
    CHECK(is_value(pn_modified_disposition_annotations(modified), "{:k=1}"));

    pn_disposition_clear(local);
    pn_declared_disposition_set_id(pn_declared_disposition(local), pn_bytes(2, "tx"));
    pn_delivery_update(received, 0x33);
    converse(&A, &B);
    CHECK(is_bytes(pn_declared_disposition_get_id(pn_declared_disposition(remote)), "tx"));
    CHECK(is_value(pn_disposition_data(remote), "[b\"tx\"]") && pn_disposition_type(remote) == 0x33);
    end();
}

static void transactional_states_carry_an_outcome(void)
{
    static const uint64_t outcomes[] = {PN_ACCEPTED, PN_RELEASED, PN_REJECTED, PN_MODIFIED};
    for (int i = 0; i < 4; i++) {
        begin();
        pn_transactional_disposition_t *state = pn_transactional_disposition(pn_delivery_local(received));
        CHECK(pn_transactional_disposition_get_outcome_type(state) == 0);
        char id[] = "copied";
        pn_transactional_disposition_set_id(state, pn_bytes(6, id));
        id[0] = 'X';
        pn_transactional_disposition_set_outcome_type(state, outcomes[i]);
        CHECK(pn_transactional_disposition_get_outcome_type(state) == outcomes[i]);
        pn_delivery_update(received, 0x34);
        pn_delivery_settle(received);
        converse(&A, &B);
        pn_transactional_disposition_t *told = pn_transactional_disposition(pn_delivery_remote(sent));
        CHECK(is_bytes(pn_transactional_disposition_get_id(told), "copied"));
        CHECK(pn_transactional_disposition_get_outcome_type(told) == outcomes[i]);
        CHECK(pn_delivery_settled(sent));
        end();
    }
}

static void states_of_ones_own_keep_their_body(void)
{
    begin();
    pn_custom_disposition_t *custom = pn_custom_disposition(pn_delivery_local(received));
    pn_custom_disposition_set_type(custom, 0x99);
    pn_data_fill(pn_custom_disposition_data(custom), "[iS]", 5, "own");
    CHECK(pn_custom_disposition_get_type(custom) == 0x99);
    pn_delivery_update(received, 0x99);
    converse(&A, &B);
    custom = pn_custom_disposition(pn_delivery_remote(sent));
    CHECK(pn_custom_disposition_get_type(custom) == 0x99);
    CHECK(is_value(pn_custom_disposition_data(custom), "[5, \"own\"]"));
    pn_delivery_update(received, 0x98);
    CHECK(is_value(pn_disposition_data(pn_delivery_local(received)), "[5, \"own\"]"));
    converse(&A, &B);
    CHECK(pn_delivery_remote_state(sent) == 0x98);
    end();
}

static void looking_at_a_disposition_never_unsettles(void)
{
    begin();
    pn_delivery_update(received, PN_REJECTED);
    pn_delivery_settle(received);
    converse(&A, &B);
    pn_disposition_t *remote = pn_delivery_remote(sent);
    CHECK(pn_delivery_settled(sent));
    pn_disposition_data(remote);
    CHECK(pn_delivery_settled(sent));
    pn_disposition_condition(remote);
    pn_disposition_annotations(remote);
    pn_disposition_set_failed(remote, true);
    CHECK(pn_delivery_settled(sent));
    pn_disposition_clear(remote);
    CHECK(pn_delivery_settled(sent));
    pn_incref(sent);
    pn_delivery_settle(sent);
    int unsettled = pn_link_unsettled(A.link);
    pn_delivery_update(sent, PN_RELEASED);
    CHECK(unsettled == 0 && pn_link_unsettled(A.link) == 0 && !pn_unsettled_head(A.link));
    pn_decref(sent);
    end();
}

static void null_gives_neutral_values(void)
{
    CHECK(!pn_received_disposition(NULL) && !pn_rejected_disposition(NULL) && !pn_modified_disposition(NULL));
    CHECK(!pn_declared_disposition(NULL) && !pn_transactional_disposition(NULL) && !pn_custom_disposition(NULL));
    CHECK(pn_received_disposition_get_section_number(NULL) == 0);
    CHECK(pn_received_disposition_get_section_offset(NULL) == 0);
    CHECK(!pn_modified_disposition_is_failed(NULL) && !pn_modified_disposition_is_undeliverable(NULL));
    CHECK(pn_declared_disposition_get_id(NULL).size == 0 && pn_transactional_disposition_get_id(NULL).size == 0);
    CHECK(pn_transactional_disposition_get_outcome_type(NULL) == 0 && pn_custom_disposition_get_type(NULL) == 0);
    pn_received_disposition_set_section_number(NULL, 1);
    pn_modified_disposition_set_failed(NULL, true);
    pn_declared_disposition_set_id(NULL, pn_bytes(1, "x"));
    pn_transactional_disposition_set_outcome_type(NULL, PN_ACCEPTED);
    pn_custom_disposition_set_type(NULL, 5);
    pn_disposition_clear(NULL);
}

int main(void)
{
    names_and_numbers();
    typed_accessors_fit_their_type_alone();
    a_disposition_holds_one_variant();
    fields_set_before_an_update_stay_if_the_type_fits();
    typed_states_cross_the_wire();
    transactional_states_carry_an_outcome();
    states_of_ones_own_keep_their_body();
    looking_at_a_disposition_never_unsettles();
    null_gives_neutral_values();
    return checks_result();
}
