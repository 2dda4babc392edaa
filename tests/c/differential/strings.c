/* Differential program: counted strings, error objects, conditions and loggers. */
#include "legacy.h"

#include <proton/logger.h>
#include <proton/transport.h>

static void say_string(const char *what, pn_string_t *string)
{
    const char *content = pn_string_get(string);
    say("%s: %s size %zu", what, content ? shown(content, pn_string_size(string)) : "(null)", pn_string_size(string));
}

static void a_null_string_is_not_an_empty_one(void)
{
    section("null string");
    pn_string_t *null = pn_string(NULL), *empty = pn_string(""), *counted = pn_stringn(NULL, 5);
    say_string("null", null);
    say_string("empty", empty);
    say_string("counted null", counted);
    say("compare %d %d equals %d", (int)pn_compare(null, empty), (int)pn_compare(empty, null), pn_equals(null, counted));
    say("hash %d %d", (int)pn_hashcode(null), (int)pn_hashcode(empty));
    say("text %s", object_text(null));
    say("text %s", object_text(empty));
    char target[4] = "---";
    say("put null %zd", pn_string_put(null, target));
    say("untouched %s", shown(target, 3));
    say("put empty %zd", pn_string_put(empty, target));
    say("first byte %d %c", target[0], target[1]);
    say("set %d", pn_string_set(null, "now"));
    say_string("set", null);
    say("set NULL %d", pn_string_set(null, NULL));
    say_string("unset", null);
    pn_string_setn(empty, NULL, 7);
    say_string("setn NULL", empty);
    pn_string_set(empty, "x");
    pn_string_clear(empty);
    say_string("cleared", empty);
    say("copy of null %d", pn_string_copy(empty, null));
    say_string("copied", empty);
    pn_free(null);
    pn_free(empty);
    pn_free(counted);
}

static void strings_keep_bytes(void)
{
    section("string bytes");
    pn_string_t *string = pn_stringn("a\0b\xff", 4), *other = pn_string("other");
    say_string("with NUL", string);
    say("terminated %d", pn_string_get(string)[4]);
    say("text %s", object_text(string));
    char target[8];
    memset(target, '-', sizeof target);
    say("put %zd %s", pn_string_put(string, target), "");
    say("target %s", shown(target, 8));
    say("copy %d", pn_string_copy(other, string));
    say_string("copy", other);
    say("equal %d hash %d", pn_equals(string, other), pn_hashcode(string) == pn_hashcode(other));
    pn_string_setn(other, "a\0c", 3);
    say("order %d %d", (int)pn_compare(string, other), (int)pn_compare(other, string));
    pn_string_setn(string, "a\0b", 3);
    say("order %d %d", pn_compare(string, other) < 0, pn_compare(other, string) > 0);
    pn_string_set(string, "\"quoted\" \\ and 'this' \t\n\x7f\xc3\xa4");
    say("text %s", object_text(string));
    static const char *const words[] = {"a", "ab", "hello", "\x80", "a\x80z"};
    for (size_t i = 0; i < 5; i++) {
        pn_string_set(string, words[i]);
        say("hash of %s %" PRIdPTR, shown(words[i], strlen(words[i])), (intptr_t)pn_hashcode(string));
    }
    pn_string_setn(string, "long enough", 4);
    say_string("cut", string);
    pn_string_set(string, "long enough");
    pn_string_set(string, "short");
    say_string("shorter", string);
    pn_free(string);
    pn_free(other);
}

static __attribute__((format(printf, 2, 3))) int vformatted(pn_string_t *string, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int result = pn_string_vformat(string, format, arguments);
    va_end(arguments);
    return result;
}

static __attribute__((format(printf, 2, 3))) int vadded(pn_string_t *string, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int result = pn_string_vaddf(string, format, arguments);
    va_end(arguments);
    return result;
}

static void strings_are_formatted(void)
{
    section("string formats");
    pn_string_t *string = pn_string(NULL);
    say("add to null %d", pn_string_addf(string, "%d", 1));
    say_string("still", string);
    say("format %d", pn_string_format(string, "%s-%05d-%-4s|%c%%", "text", -42, "x", 'c'));
    say_string("formatted", string);
    say("add %d", pn_string_addf(string, " %#x %.3f %zu %" PRId64, 255, 1.0 / 3, (size_t)7, INT64_MIN));
    say_string("added", string);
    say("format itself again %d", pn_string_format(string, "%s", "fresh"));
    say_string("fresh", string);
    say("vformat %d", vformatted(string, "%*d", 6, 12));
    say_string("vformat", string);
    say("vaddf %d", vadded(string, "[%.*s]", 2, "abc"));
    say_string("vaddf", string);
    say("nothing %d", pn_string_addf(string, "%s", ""));
    say_string("same", string);
    pn_string_set(string, "");
    for (int i = 0; i < 500; i++) pn_string_addf(string, "%d,", i);
    say("long size %zu end %s", pn_string_size(string), pn_string_get(string) + pn_string_size(string) - 8);
    char *large = malloc(5001);
    memset(large, 'L', 5000);
    large[5000] = '\0';
    say("large %d size", pn_string_format(string, "<%s>", large));
    say("size %zu", pn_string_size(string));
    free(large);
    pn_string_setn(string, "a\0b", 3);
    pn_string_addf(string, "%s", "c");
    say_string("behind a NUL", string);
    pn_free(string);
}

static void strings_have_room(void)
{
    section("string room");
    static const char *const starts[] = {NULL, "", "a", "abc", "seventeen letters"};
    for (size_t i = 0; i < 5; i++) {
        pn_string_t *string = pn_string(starts[i]);
        say("capacity of %s %zu", text(starts[i]), pn_string_capacity(string));
        pn_free(string);
    }
    pn_string_t *string = pn_string("abc");
    static const size_t sizes[] = {3, 4, 5, 6, 11, 12, 100, 50};
    for (size_t i = 0; i < 8; i++) {
        int result = pn_string_grow(string, sizes[i]);
        say("grow %zu: %d capacity %zu", sizes[i], result, pn_string_capacity(string));
    }
    say_string("kept", string);
    memcpy(pn_string_buffer(string), "filled by hand", 14);
    say("resize %d", pn_string_resize(string, 14));
    say_string("resized", string);
    say("shrink %d", pn_string_resize(string, 6));
    say_string("shrunk", string);
    say("to nothing %d", pn_string_resize(string, 0));
    say_string("nothing", string);
    say("beyond %d", pn_string_resize(string, 500));
    say("size %zu room %d end %d", pn_string_size(string), pn_string_capacity(string) >= 500, pn_string_get(string)[500]);
    pn_string_clear(string);
    pn_string_resize(string, 2);
    say("from null: size %zu null %d", pn_string_size(string), pn_string_get(string) == NULL);
    pn_string_set(string, "0123456789012345");
    say("set: capacity %zu", pn_string_capacity(string));
    pn_free(string);
}

static __attribute__((format(printf, 3, 4))) int verror(pn_error_t *error, int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int result = pn_error_vformat(error, code, format, arguments);
    va_end(arguments);
    return result;
}

static void errors_hold_a_code_and_a_text(void)
{
    section("error objects");
    pn_error_t *error = pn_error(), *other = pn_error();
    say("fresh %s", error_text(error));
    static const int codes[] = {PN_EOS, PN_OUT_OF_MEMORY, -77, 5, 0};
    for (size_t i = 0; i < 5; i++) {
        say("set %d", pn_error_set(error, codes[i], "a text"));
        say("is %s", error_text(error));
    }
    say("without text %d", pn_error_set(error, PN_ERR, NULL));
    say("is %s", error_text(error));
    char changing[] = "copied";
    pn_error_set(error, PN_ERR, changing);
    changing[0] = '!';
    say("is %s", error_text(error));
    say("own text %d", pn_error_set(other, PN_EOS, pn_error_text(error)));
    say("is %s", error_text(other));
    say("vformat %d", verror(error, PN_TIMEOUT, "%d of %s", 3, "four"));
    say("is %s", error_text(error));
    say("format 0 %d", pn_error_format(error, 0, "%s", "ignored"));
    say("is %s", error_text(error));
    say("copy of nothing %d", pn_error_copy(other, error));
    say("is %s", error_text(other));
    pn_error_set(error, PN_ARG_ERR, "again");
    say("copy %d", pn_error_copy(other, error));
    say("is %s", error_text(other));
    say("copy NULL %d", pn_error_copy(other, NULL));
    say("is %s", error_text(other));
    pn_error_clear(NULL);
    pn_error_clear(error);
    say("cleared %s", error_text(error));
    pn_error_free(NULL);
    pn_error_free(error);
    pn_error_free(other);
    for (int code = -13; code <= 1; code++) say("code %d %s", code, pn_code(code));
}

static __attribute__((format(printf, 3, 4))) int vcondition(pn_condition_t *condition, const char *name, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int result = pn_condition_vformat(condition, name, format, arguments);
    va_end(arguments);
    return result;
}

static void conditions_are_set_part_by_part(void)
{
    section("conditions");
    pn_condition_t *condition = pn_condition();
    say("fresh %s set %d", condition_text(condition), pn_condition_is_set(condition));
    say("description %d", pn_condition_set_description(condition, "alone"));
    say("set %d description %s", pn_condition_is_set(condition), text(pn_condition_get_description(condition)));
    say("name %d", pn_condition_set_name(condition, ""));
    say("set %d %s", pn_condition_is_set(condition), condition_text(condition));
    say("name %d", pn_condition_set_name(condition, "amqp:not-found"));
    say("%s", condition_text(condition));
    say("unset name %d", pn_condition_set_name(condition, NULL));
    say("set %d description %s", pn_condition_is_set(condition), text(pn_condition_get_description(condition)));
    say("format %d", pn_condition_format(condition, "my:name", "%s is %d", "it", 9));
    say("%s", condition_text(condition));
    say("vformat %d", vcondition(condition, "my:other", "%c%c", 'o', 'k'));
    say("%s", condition_text(condition));
    pn_data_t *info = pn_condition_info(condition);
    pn_data_fill(info, "{sSsi}", "key", "value", "n", 3);
    say("info %s same %d", condition_text(condition), pn_condition_info(condition) == info);
    pn_condition_t *copy = pn_condition();
    pn_condition_set_name(copy, "before");
    say("copy %d", pn_condition_copy(copy, condition));
    say("%s", condition_text(copy));
    say("copy itself %d", pn_condition_copy(copy, copy));
    say("%s", condition_text(copy));
    pn_condition_clear(condition);
    say("cleared %s description %s info %s", condition_text(condition), text(pn_condition_get_description(condition)),
        value_text(pn_condition_info(condition)));
    say("info kept %d", pn_condition_info(condition) == info);
    say("the copy stays %s", condition_text(copy));
    say("copy the cleared %d", pn_condition_copy(copy, condition));
    say("%s %s", condition_text(copy), value_text(pn_condition_info(copy)));
    say("NULL set %d", pn_condition_is_set(NULL));
    pn_condition_free(copy);
    pn_condition_free(condition);
    pn_condition_free(NULL);
}

static void redirects_name_a_host_and_a_port(void)
{
    section("redirect");
    pn_condition_t *condition = pn_condition();
    static const char *const names[] = {"amqp:connection:redirect", "amqp:link:redirect", "amqp:session:redirect", "amqp:redirect"};
    for (size_t i = 0; i < 4; i++) {
        pn_condition_set_name(condition, names[i]);
        say("%s %d", names[i], pn_condition_is_redirect(condition));
    }
    pn_data_t *info = pn_condition_info(condition);
    say("without info %s %d", text(pn_condition_redirect_host(condition)), pn_condition_redirect_port(condition));
    pn_data_fill(info, "{sSsSsi}", "hostname", "h", "network-host", "net.example", "port", 5671);
    say("symbols %s %d", text(pn_condition_redirect_host(condition)), pn_condition_redirect_port(condition));
    pn_data_clear(info);
    pn_data_fill(info, "{SSSi}", "network-host", "strings", "port", -1);
    say("strings %s %d", text(pn_condition_redirect_host(condition)), pn_condition_redirect_port(condition));
    pn_data_clear(info);
    pn_data_fill(info, "{sssS}", "network-host", "a-symbol", "port", "5672");
    say("types %s %d", text(pn_condition_redirect_host(condition)), pn_condition_redirect_port(condition));
    pn_data_clear(info);
    pn_data_fill(info, "{sI}", "port", 5672u);
    say("uint %s %d", text(pn_condition_redirect_host(condition)), pn_condition_redirect_port(condition));
    pn_data_clear(info);
    pn_data_fill(info, "[sS]", "network-host", "in a list");
    say("list %s", text(pn_condition_redirect_host(condition)));
    pn_condition_free(condition);
}

static void sink(intptr_t context, pn_log_subsystem_t subsystem, pn_log_level_t level, const char *message)
{
    say("  sink %d %s %s: %s", (int)context, pn_logger_subsystem_name(subsystem), pn_logger_level_name(level),
        without_addresses(message));
}

static void names_of_levels_and_subsystems(void)
{
    section("log names");
    for (unsigned bit = 0; bit < 17; bit++)
        say("%u: %s %s", bit, pn_logger_level_name((pn_log_level_t)(1u << bit)), pn_logger_subsystem_name((pn_log_subsystem_t)(1u << bit)));
    static const unsigned mixed[] = {0, 0xffff, 6, 48, 0x8010, 0xfffe};
    for (size_t i = 0; i < 6; i++)
        say("%#x: %s %s", mixed[i], pn_logger_level_name((pn_log_level_t)mixed[i]), pn_logger_subsystem_name((pn_log_subsystem_t)mixed[i]));
}

static void loggers_filter_and_pass_on(void)
{
    section("loggers");
    pn_transport_t *transport = pn_transport();
    pn_logger_t *logger = pn_transport_logger(transport);
    say("own %d", logger != pn_default_logger());
    pn_logger_set_log_sink(logger, sink, 7);
    say("sink %d context %d", pn_logger_get_log_sink(logger) == sink, (int)pn_logger_get_log_sink_context(logger));
    pn_logger_logf(logger, PN_SUBSYSTEM_IO, PN_LEVEL_DEBUG, "unfiltered %d", 1);
    pn_transport_log(transport, "plain");
    pn_transport_logf(transport, "%s %d", "formatted", 2);
    pn_transport_trace(transport, PN_TRACE_FRM);
    pn_transport_log(transport, "after trace");
    pn_logger_reset_mask(logger, PN_SUBSYSTEM_ALL, PN_LEVEL_ALL);
    pn_logger_logf(logger, PN_SUBSYSTEM_BINDING, PN_LEVEL_CRITICAL, "critical");
    char *large = malloc(1001);
    memset(large, 'm', 1000);
    large[1000] = '\0';
    pn_logger_logf(logger, PN_SUBSYSTEM_AMQP, PN_LEVEL_INFO, "%s", large);
    free(large);
    pn_transport_free(transport);
    pn_log_sink_t before = pn_logger_get_log_sink(pn_default_logger());
    intptr_t context = pn_logger_get_log_sink_context(pn_default_logger());
    pn_logger_set_log_sink(pn_default_logger(), sink, 9);
    pn_transport_log(NULL, "nobody's");
    transport = pn_transport();
    say("inherited %d", pn_logger_get_log_sink(pn_transport_logger(transport)) == sink);
    pn_logger_set_log_sink(pn_transport_logger(transport), sink, 10);
    pn_logger_logf(pn_default_logger(), PN_SUBSYSTEM_EVENT, PN_LEVEL_ERROR, "%d%%", 100);
    pn_transport_log(transport, "mine");
    pn_transport_free(transport);
    pn_logger_set_log_sink(pn_default_logger(), before, context);
}

int main(void)
{
    find_classes();
    a_null_string_is_not_an_empty_one();
    strings_keep_bytes();
    strings_are_formatted();
    strings_have_room();
    errors_hold_a_code_and_a_text();
    conditions_are_set_part_by_part();
    redirects_name_a_host_and_a_port();
    names_of_levels_and_subsystems();
    loggers_filter_and_pass_on();
    return 0;
}
