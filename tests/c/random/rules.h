/* The rules: what the sequences keep out of, or the report passes over, because 0.37 and this library differ there on
 * purpose. docs/differences.md says what is meant; each rule says how far it reaches. `--without NAME` lifts one, to
 * see whether it is still needed.
 */
#ifndef RANDOM_RULES_H
#define RANDOM_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef enum {
    BEGIN_HANDLE_MAX,
    TRAILING_NULLS,
    NULL_STATES,
    SHORT_ARRAYS,
    CONDITION_NAMES,
    SOURCE_ADDRESSES,
    CAPACITY_BEFORE_OPEN,
    LOW_WATER_MARK,
    EMPTY_TAGS,
    NAMED_CONDITIONS,
    UNBOUND_CONDITIONS,
    PARENTS_FIRST,
    BIND_FIRST,
    INPUT_ENDS_WITH_CLOSE,
    FINAL_ONCE,
    FINAL_ORDER,
    UNBIND_BEFORE_FREE,
    ERROR_BEFORE_CLOSED,
    FRAMES_BEFORE_FAILURE,
    SASL_BY_LAYER,
    WRONG_IDS,
    OUTGOING_BYTES,
    RECEIVE_ON_RECEIVERS,
    REBIND_WITHOUT_CREDIT,
    REBIND_WHEN_QUIET,
    ATTACH_BEFORE_FREE,
    PLAIN_TRANSFERS,
    ERROR_AFTER_HEADER,
    FORGED_NUMBERS,
    IDS_GIVEN,
    SEND_BEFORE_CLOSE,
    OPEN_BEFORE_CLOSE,
    NEGATIVE_CREDIT,
    SETTLED_FOR_GOOD,
    END_BETWEEN_FRAMES,
    TICK_BEFORE_FAILURE,
    STATES_TOLD,
    WINDOWS_AHEAD,
    DRAIN_UNSETTLED,
    SETTLE_AND_FREE,
    SETTLE_WHEN_BOUND,
    NAMES_ONCE,
    SHORT_FRAMES,
    WINDOW_WHILE_OPEN,
    NOTHING_OFFERED,
    WORK_BEFORE_FREE,
    FREE_WHOLE,
    DRAINED_AT_ONCE,
    CHANNELS_IN_TURN,
    TICK_WHILE_OPEN,
    CAPACITY_OF_A_FRAME,
    BEGIN_BEFORE_END,
    ABORT_IN_TURN,
    READ_BEFORE_SETTLE,
    DRAIN_ENDS_WITH_CREDIT,
    RULES
} rule_t;

static const struct { const char *name, *reason; } rules[RULES] = {
    [BEGIN_HANDLE_MAX] = {"begin-handle-max", "0.37 does not send the handle-max of a begin"},
    [TRAILING_NULLS] = {"trailing-nulls", "0.37 pads the list of an error with a null"},
    [NULL_STATES] = {"null-states", "0.37 sends a state without fields as null, not as an empty list"},
    [SHORT_ARRAYS] = {"short-arrays", "0.37 writes arrays in the long form always"},
    [SOURCE_ADDRESSES] = {"source-addresses", "0.37 loses the type and most fields of a source without address (D7)"},
    [CONDITION_NAMES] = {"condition-names", "0.37 has names that the standard does not know (T14)"},
    [CAPACITY_BEFORE_OPEN] = {"capacity-before-open", "0.37 does not tell the peer that the capacity has changed"},
    [EMPTY_TAGS] = {"empty-tags", "0.37 has an address for the bytes of an empty tag"},
    [NAMED_CONDITIONS] = {"named-conditions", "0.37 sends a condition with an empty name as named"},
    [UNBOUND_CONDITIONS] = {"unbound-conditions", "0.37 keeps remote conditions when the transport is unbound"},
    [LOW_WATER_MARK] = {"low-water-mark", "0.37 tells the window when it is 0, 0.40 at half of it; below four frames "
                                          "of capacity, with room for another, this is the same"},
    [PARENTS_FIRST] = {"parents-first", "0.37 forgets what was opened or granted before its parent when output is made (D5)"},
    [BIND_FIRST] = {"bind-first", "0.37 crashes on frames that come before a connection is bound (T8)"},
    [INPUT_ENDS_WITH_CLOSE] = {"input-ends-with-close", "0.37 carries out frames behind a close of the same read (T3)"},
    [FINAL_ONCE] = {"final-once", "0.37 may post FINAL twice for what was freed before its attach or begin was written"},
    [FINAL_ORDER] = {"final-order", "0.37 posts FINAL events of an unbinding in the order of its hash tables"},
    [UNBIND_BEFORE_FREE] = {"unbind-before-free", "0.37 crashes when a connection goes that holds a freed transport"},
    [ERROR_BEFORE_CLOSED] = {"error-before-closed", "0.37 may post TRANSPORT_ERROR after TRANSPORT_CLOSED (T17)"},
    [FRAMES_BEFORE_FAILURE] = {"frames-before-failure", "0.37 counts the frames of its farewell when it writes the header, "
                                                        "or into a closed head"},
    [SASL_BY_LAYER] = {"sasl-by-layer", "0.37 takes AMQP frames in the SASL layer (PROTON-2945)"},
    [WRONG_IDS] = {"wrong-ids", "0.37 makes a delivery before it finds that its id is wrong"},
    [OUTGOING_BYTES] = {"outgoing-bytes", "0.37 counts bytes that a link which is over can no longer send, and has "
                                            "what it has sent buffered again (D2)"},
    [RECEIVE_ON_RECEIVERS] = {"receive-on-receivers", "0.37 reads back what a sender has not sent yet"},
    [REBIND_WITHOUT_CREDIT] = {"rebind-without-credit", "0.37 adds old credit to new and repeats deliveries (D9)"},
    [REBIND_WHEN_QUIET] = {"rebind-when-quiet", "0.37 begins first what had changed before it was unbound"},
    [ATTACH_BEFORE_FREE] = {"attach-before-free", "0.37 crashes when the peer ends a session after attaching a link to it "
                                                  "that was freed meanwhile"},
    [PLAIN_TRANSFERS] = {"plain-transfers", "0.37 writes the fields of a state in the long form, so that less payload fits"},
    [ERROR_AFTER_HEADER] = {"error-after-header", "0.37 reads nothing any more when a condition was set before the header"},
    [FORGED_NUMBERS] = {"forged-numbers", "0.37 forgets some of the channels when it is unbound"},
    [IDS_GIVEN] = {"ids-given", "0.37 takes transfers without delivery-id where newer releases need one"},
    [SEND_BEFORE_CLOSE] = {"send-before-close", "0.37 holds an end back for what was sent on a closed link"},
    [OPEN_BEFORE_CLOSE] = {"open-before-close", "0.37 writes begins and flows behind its own close"},
    [NEGATIVE_CREDIT] = {"negative-credit", "0.37 grants four billion where the credit is negative"},
    [SETTLED_FOR_GOOD] = {"settled-for-good", "0.37 takes back that a delivery is settled (T18)"},
    [END_BETWEEN_FRAMES] = {"end-between-frames", "0.37 is silent when the stream ends inside a frame (T2)"},
    [TICK_BEFORE_FAILURE] = {"tick-before-failure", "0.37 has no deadlines before its header is out, nor when it failed before"},
    [BEGIN_BEFORE_END] = {"begin-before-end", "0.37 keeps the links of a session that the peer ended before it was begun"},
    [CAPACITY_OF_A_FRAME] = {"capacity-of-a-frame", "0.37 writes a begin behind the close that tells of too small a capacity (T10)"},
    [WORK_BEFORE_FREE] = {"work-before-free", "0.37 fails an assertion on work of a freed link"},
    [FREE_WHOLE] = {"free-whole", "0.37 posts deliveries of a freed link whose rest arrives later (D14)"},
    [DRAINED_AT_ONCE] = {"drained-at-once", "0.37 may not tell what was drained when more is sent or the link is closed"},
    [CHANNELS_IN_TURN] = {"channels-in-turn", "0.37 takes the late answer to an ended session for that of the next one"},
    [TICK_WHILE_OPEN] = {"tick-while-open", "0.37 misses the peer's bytes even after the peer has closed"},
    [NOTHING_OFFERED] = {"nothing-offered", "0.37 does not tell what a sender has available"},
    [NAMES_ONCE] = {"names-once", "0.37 attaches a name again before it detaches the link that had it (D10)"},
    [SHORT_FRAMES] = {"short-frames", "0.37 makes long output in other portions"},
    [WINDOW_WHILE_OPEN] = {"window-while-open", "0.37 tells the window of an ended session on channel 65534"},
    [SETTLE_AND_FREE] = {"settle-and-free", "0.37 may tell what freeing a closed link settles or not, as its memory is held"},
    [SETTLE_WHEN_BOUND] = {"settle-when-bound", "0.37 counts what was settled unsent while unbound for ever (D2)"},
    [DRAIN_UNSETTLED] = {"drain-unsettled", "0.37 never answers a drain once the last delivery is settled"},
    [WINDOWS_AHEAD] = {"windows-ahead", "0.37 takes a window that ends in the past for a wide one"},
    [STATES_TOLD] = {"states-told", "0.37 does not tell the peer of an update to no state"},
    [ABORT_IN_TURN] = {"abort-in-turn", "0.37 leaks the credit of an advanced delivery that was never framed when it is "
                                        "aborted (D3), and fails an assertion after one was aborted or settled before its turn"},
    [READ_BEFORE_SETTLE] = {"read-before-settle", "0.37 counts bytes and credit for ever when a received delivery is "
                                                  "settled before its turn, or before its end (D2)"},
    [DRAIN_ENDS_WITH_CREDIT] = {"drain-ends-with-credit", "0.37 does not tell that a drain has ended (D8)"},
};

static bool lifted[RULES];

static bool applies(rule_t rule)
{
    return !lifted[rule];
}

#endif
