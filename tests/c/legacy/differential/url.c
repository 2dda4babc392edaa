/* Differential program: URLs taken apart, changed and put together. */
#include "transcript.h"

#include <proton/url.h>

static const char *part(const char *text)
{
    return text ? shown(text, strlen(text)) : "(null)";
}

static void say_url(const char *what, pn_url_t *url)
{
    say("%s: scheme %s user %s password %s", what, part(pn_url_get_scheme(url)), part(pn_url_get_username(url)),
        part(pn_url_get_password(url)));
    say("%s: host %s port %s path %s", what, part(pn_url_get_host(url)), part(pn_url_get_port(url)),
        part(pn_url_get_path(url)));
    say("%s: text %s", what, part(pn_url_str(url)));
}

static void texts_are_taken_apart(void)
{
    static const char *const texts[] = {
        "host:5672", "amqp:host", "/path", "//host/path", "amqp:///path", "[::1]:5672", "::1:5672", "::1",
        "u%40x:p%2F%3A@h", "u:p:q@h", "u@v@h", "h:", "a/b://c", "h/p@q:1", "amqp://~0.0.0.0:5/x", "@h", ":@h", ":p@h",
        "u:@h", "[::1", "[]:5", "]:5", "[::1]x:5", "://h", "x://", "a://b://c", "/", "h/", "?", "u@", "u:p@:1",
        "[::1]", "a:b/c:d", "amqps://u:p@[fe80::1%25eth0]:77/q?x#y", "h//x", " h ", "%41%4a@h%41", "[::1]:",
        "[a]b]:5",
    };
    section("parse");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        pn_url_t *url = pn_url_parse(texts[i]);
        say_url(texts[i], url);
        pn_url_free(url);
    }
    say("nothing %s %s", pn_url_parse(NULL) ? "url" : "null", pn_url_parse("") ? "url" : "null");
}

static void odd_escapes(void)
{
    static const char *const texts[] = {"%zz@h", "%@h", "%4@h", "u%00x@h", "u%2540@h", "u:%25@h"};
    section("escapes");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        pn_url_t *url = pn_url_parse(texts[i]);
        say_url(texts[i], url);
        pn_url_free(url);
    }
}

static void parts_are_set_and_removed(void)
{
    section("set");
    pn_url_t *url = pn_url();
    say_url("empty", url);
    pn_url_set_password(url, "p/w");
    say_url("password", url);
    pn_url_set_host(url, "::1");
    pn_url_set_username(url, "a@c:d/e");
    say_url("user and host", url);
    pn_url_set_scheme(url, "");
    pn_url_set_port(url, "");
    pn_url_set_path(url, "");
    say_url("empty parts", url);
    pn_url_set_path(url, "a/b");
    pn_url_set_port(url, "5");
    pn_url_set_username(url, "");
    say_url("other parts", url);
    pn_url_set_host(url, NULL);
    pn_url_set_username(url, NULL);
    say_url("removed", url);
    pn_url_clear(url);
    say_url("cleared", url);
    pn_url_set_scheme(url, "s");
    say_url("scheme alone", url);
    pn_url_free(url);
    pn_url_free(NULL);
}

int main(void)
{
    texts_are_taken_apart();
    odd_escapes();
    parts_are_set_and_removed();
    return 0;
}
