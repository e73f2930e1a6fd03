/* Users: who manages them, what they may be called and limited to, and what ends their tokens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/fleet_testing.h"
#include "api/throttle.h"

#define USER(id, name, role, expires, groups)                                                      \
    "{'UserID':" #id ",'LoginName':'" name "','Role':'" role "','ExpireTime':" expires             \
    ",'GroupIDs':[" groups "]}"
#define ROW_ANNA   USER(2, "Anna", "admin", "null", "")
#define ROW_OLGA   USER(3, "olga", "operator", "null", "")
#define ROW_VERA   USER(4, "vera", "viewer", "null", "")
#define ROW_GRETA  USER(5, "greta", "admin", "null", "1")
#define ROW_NILS   USER(6, "nils", "operator", "null", "1")
#define ROW_BERTA  USER(7, "berta", "admin", "null", "")
#define NO_USER    FAILS(404, "This user does not exist")
#define NAME_TAKEN FAILS(409, "LoginName is taken")
#define BAD_ROLE   FAILS(500, "Role: wants viewer, operator or admin")
#define BAD_LENGTH FAILS(500, "PassWord: a password has 6 to 128 characters")
#define WRONG_OLD  FAILS(500, "OldPassWord: is not the password")
#define LOGGED_IN  "...{'Code':200,'Data':'"
#define FIFTY      "12345678901234567890123456789012345678901234567890"
#define NEW(more)  "{'LoginName':'new','PassWord':'secret-2','Role':'viewer'" more "}"

enum { LOWER = OLGA | VERA | GRETA | NILS };

static void test_lists(void **state)
{
    static const struct row rows[] = {
        {ANNA, "manage/ListUsers", "{}",
         PAGE(5, ROW_ANNA "," ROW_OLGA "," ROW_VERA "," ROW_GRETA "," ROW_NILS)},
        {BERTA, "manage/ListUsers", "{'HoldID':1}", NO_ENTERPRISE},
        {ROOT, "manage/ListUsers", "{'HoldID':2}", PAGE(1, ROW_BERTA)},
        {ROOT, "manage/ListUsers", "{}", FAILS(500, "HoldID: value missing")},
        {LOWER, "manage/ListUsers", "{}", NO_ROLE},
        {NOBODY, "manage/ListUsers", "{}", NO_TOKEN_ROW},
        {ANNA, "manage/ListUsers", "{'Key':'ANN'}", PAGE(1, ROW_ANNA)},
        {ANNA, "manage/ListUsers", "{'Key':'a','PageSize':2}", PAGE(4, ROW_ANNA "," ROW_OLGA)},
        {ANNA, "manage/ListUsers", "{'Key':'a','PageSize':2,'PageIndex':2}",
         PAGE(4, ROW_VERA "," ROW_GRETA)},
        {ANNA, "manage/ListUsers", "{'Key':'a','PageSize':2,'PageIndex':3}", PAGE(4, "")},
        {ANNA, "manage/ListUsers", "{'Key':'berta'}", PAGE(0, "")},
        {ANNA, "manage/ListUsers", "{'Key':'root'}", PAGE(0, "")},
    };
    TRY_ROWS(*state, rows);
}

static void test_what_a_user_needs(void **state)
{
    static const struct row rows[] = {
        {ANNA, "manage/AddUser", "{'PassWord':'secret-2','Role':'viewer'}",
         FAILS(500, "LoginName: value missing")},
        {ANNA, "manage/AddUser", "{'LoginName':'new','Role':'viewer'}",
         FAILS(500, "PassWord: value missing")},
        {ANNA, "manage/AddUser", "{'LoginName':'new','PassWord':'secret-2'}",
         FAILS(500, "Role: value missing")},
        {ANNA, "manage/AddUser", "{'LoginName':'new','PassWord':'12345','Role':'viewer'}",
         BAD_LENGTH},
        {ANNA, "manage/AddUser",
         "{'LoginName':'new','PassWord':'" FIFTY FIFTY "12345678901234567890123456789','Role':"
         "'viewer'}",
         FAILS(500, "PassWord: too long")},
        {ANNA, "manage/AddUser", "{'LoginName':'new','PassWord':'secret-2','Role':'boss'}",
         BAD_ROLE},
        {ANNA, "manage/AddUser", "{'LoginName':'new','PassWord':'secret-2','Role':'root'}",
         BAD_ROLE},
        {ANNA, "manage/AddUser", "{'LoginName':'new','PassWord':'secret-2','Role':2}", BAD_ROLE},
        {ANNA, "manage/AddUser",
         "{'LoginName':'" FIFTY "123456789012345','PassWord':'secret-2','Role':'viewer'}",
         FAILS(500, "LoginName: too long")},
        {ANNA, "manage/AddUser", NEW(",'GroupIDs':[3]"), NO_GROUP},
        {ANNA, "manage/AddUser", NEW(",'GroupIDs':[1,99]"), NO_GROUP},
        {ANNA, "manage/AddUser", NEW(",'GroupIDs':[0]"),
         FAILS(500, "GroupIDs: holds what is no ID")},
        {ANNA, "manage/AddUser", NEW(",'GroupIDs':'1'"),
         FAILS(500, "GroupIDs: wrong kind of value")},
        {ANNA, "manage/AddUser", NEW(",'ExpireTime':'soon'"), FAILS(500, "ExpireTime: not a time")},
        {ANNA, "manage/ListUsers", "{'Key':'new'}", PAGE(0, "")},
        {ANNA, "manage/AddUser", NEW(",'GroupIDs':['2',1],'ExpireTime':'2099-06-01'"),
         ANSWERS("{'UserID':8}")},
        {ANNA, "manage/ListUsers", "{'Key':'new'}",
         PAGE(1, USER(8, "new", "viewer", "'2099-06-01 00:00:00'", "2,1"))},
    };
    TRY_ROWS(*state, rows);
}

/* On the whole platform, without case; of who is deleted it is free. */
static void test_names_are_unique(void **state)
{
    static const struct row rows[] = {
        {ANNA, "manage/AddUser", "{'LoginName':'BERTA','PassWord':'secret-2','Role':'viewer'}",
         NAME_TAKEN},
        {ANNA, "manage/AddUser", "{'LoginName':'Root','PassWord':'secret-2','Role':'viewer'}",
         NAME_TAKEN},
        {ANNA, "manage/ModifyUser", "{'UserID':3,'LoginName':'Vera'}", NAME_TAKEN},
        {ANNA, "manage/ModifyUser", "{'UserID':3,'LoginName':'OLGA'}", DONE_ROW},
        {BERTA, "manage/AddUser", "{'LoginName':'olga','PassWord':'secret-2','Role':'admin'}",
         NAME_TAKEN},
        {ANNA, "manage/DeleteUser", "{'UserID':3}", DONE_ROW},
        {BERTA, "manage/AddUser", "{'LoginName':'olga','PassWord':'secret-2','Role':'ADMIN'}",
         ANSWERS("{'UserID':8}")},
        {BERTA, "manage/ListUsers", "{'Key':'olga'}",
         PAGE(1, USER(8, "olga", "admin", "null", ""))},
        {ANNA, "manage/ListUsers", "{'Key':'olga'}", PAGE(0, "")},
    };
    TRY_ROWS(*state, rows);
    try_login(*state, "olga", "secret-1", FAILS(4005, "Password error"));
    try_login(*state, "Olga", "secret-2", LOGGED_IN);
}

/* Existence goes before the role; root's own account and another enterprise's do not exist. */
static void test_who_manages_them(void **state)
{
    static const struct row rows[] = {
        {LOWER, "manage/AddUser", NEW(""), NO_ROLE},
        {LOWER, "manage/AddUser", NEW(",'GroupIDs':[99]"), NO_GROUP},
        {LOWER, "manage/ModifyUser", "{'UserID':4,'Role':'admin'}", NO_ROLE},
        {LOWER, "manage/DeleteUser", "{'UserID':4}", NO_ROLE},
        {LOWER | ANNA, "manage/ModifyUser", "{'UserID':7,'Role':'viewer'}", NO_USER},
        {LOWER, "manage/DeleteUser", "{'UserID':7,'HoldID':2}", NO_USER},
        {ANNA, "manage/DeleteUser", "{'UserID':7,'HoldID':2}", NO_ENTERPRISE},
        {LOWER | ANNA, "manage/DeleteUser", "{'UserID':1}", NO_USER},
        {ROOT, "manage/ModifyUser", "{'HoldID':1,'UserID':1,'PassWord':'secret-2'}", NO_USER},
        {ROOT, "manage/ModifyUser", "{'HoldID':1,'UserID':7,'Role':'viewer'}", NO_USER},
        {ROOT, "manage/ModifyUser", "{'HoldID':2,'UserID':7,'Role':'operator'}", DONE_ROW},
        {ROOT, "manage/ListUsers", "{'HoldID':2}",
         PAGE(1, USER(7, "berta", "operator", "null", ""))},
        {BERTA, "manage/ListUsers", "{}", NO_ROLE}, /* from the next call on */
        {ANNA, "manage/DeleteUser", "{'UserID':0}", FAILS(500, "UserID: out of range")},
        {ANNA, "manage/DeleteUser", "{}", FAILS(500, "UserID: value missing")},
    };
    TRY_ROWS(*state, rows);
}

/* Only what is given changes; a new password and a new name need no new token, but the first. */
static void test_changing_them(void **state)
{
    struct fleet *f = *state;
    static const struct row rows[] = {
        {ANNA, "manage/ModifyUser", "{'UserID':6,'GroupIDs':[]}", DONE_ROW},
        {NILS, "manage/ListGroups", "{}", "...'total':2,"},
        {ANNA, "manage/ModifyUser", "{'UserID':6,'GroupIDs':[2]}", DONE_ROW},
        {NILS, "manage/ListGroups", "{}", PAGE(1, "{'GroupID':2,'GroupName':'south'}")},
        {ANNA, "manage/ModifyUser", "{'UserID':6,'LoginName':'niels','Role':'viewer'}", DONE_ROW},
        {NILS, "manage/ListGroups", "{}", "...'total':1,"},
        {ANNA, "manage/ModifyUser", "{'UserID':6}", DONE_ROW},
        {ANNA, "manage/ListUsers", "{'Key':'ni'}",
         PAGE(1, USER(6, "niels", "viewer", "null", "2"))},
        {ANNA, "manage/ModifyUser", "{'UserID':6,'LoginName':''}",
         FAILS(500, "LoginName: value missing")},
        {ANNA, "manage/ModifyUser", "{'UserID':6,'Role':''}", BAD_ROLE},
        {ANNA, "manage/ModifyUser", "{'UserID':6,'PassWord':''}", BAD_LENGTH},
        {ANNA, "manage/ModifyUser", "{'UserID':6,'GroupIDs':[3]}", NO_GROUP},
        {ANNA, "manage/ModifyUser", "{'UserID':6,'PassWord':'secret-2'}", DONE_ROW},
        {NILS, "manage/ListGroups", "{}", NO_TOKEN_ROW},
    };
    TRY_ROWS(f, rows);
    try_login(f, "nils", "secret-2", FAILS(4004, "User does not exist"));
    try_login(f, "niels", "secret-1", FAILS(4005, "Password error"));
    try_login(f, "niels", "secret-2", LOGGED_IN);
}

/* An expiry is local to the enterprise; what it ended stays ended when it is put off. */
static void test_expiry(void **state)
{
    struct fleet *f = *state;
    static const struct row rows[] = {
        {ANNA, "manage/ModifyUser", "{'UserID':4,'ExpireTime':'2099-10-25 02:30:00'}", DONE_ROW},
        {ANNA, "manage/ListUsers", "{'Key':'vera'}",
         PAGE(1, USER(4, "vera", "viewer", "'2099-10-25 02:30:00'", ""))},
        {ANNA, "manage/ModifyUser", "{'UserID':4,'ExpireTime':'2099-07-01T00:00:00Z'}", DONE_ROW},
        {ANNA, "manage/ListUsers", "{'Key':'vera'}",
         PAGE(1, USER(4, "vera", "viewer", "'2099-07-01 02:00:00'", ""))},
        {VERA, "manage/ListGroups", "{}", "...'total':2,"},
        {ANNA, "manage/ModifyUser", "{'UserID':4,'ExpireTime':'2020-01-01'}", DONE_ROW},
        {VERA, "manage/ListGroups", "{}", NO_TOKEN_ROW},
    };
    TRY_ROWS(f, rows);
    try_login(f, "vera", "secret-1", FAILS(4002, "User expire"));
    static const struct row renewed[] = {
        {ANNA, "manage/ModifyUser", "{'UserID':4,'ExpireTime':''}", DONE_ROW},
        {ANNA, "manage/ListUsers", "{'Key':'vera'}", PAGE(1, ROW_VERA)},
        {VERA, "manage/ListGroups", "{}", NO_TOKEN_ROW},
    };
    TRY_ROWS(f, renewed);
    try_login(f, "vera", "secret-1", LOGGED_IN);
}

static void test_deleting(void **state)
{
    struct fleet *f = *state;
    static const struct row rows[] = {
        {ANNA, "manage/DeleteUser", "{'UserID':4}", DONE_ROW},
        {ANNA, "manage/DeleteUser", "{'UserID':4}", NO_USER},
        {ANNA, "manage/ModifyUser", "{'UserID':4,'Role':'admin'}", NO_USER},
        {VERA, "manage/ListGroups", "{}", NO_TOKEN_ROW},
        {VERA, "user/LogOut", "", FAILS(4009, "LoginKey does not exist")},
        {ANNA, "manage/DeleteUser", "{'UserID':2}", DONE_ROW}, /* herself, too */
        {ANNA, "manage/ListUsers", "{}", NO_TOKEN_ROW},
        {ROOT, "manage/ListUsers", "{'HoldID':1}", "...{'total':3,"},
    };
    TRY_ROWS(f, rows);
    try_login(f, "vera", "secret-1", FAILS(4006, "User has been deleted"));
}

/* One's own, with the old one; it ends every token of the account, and nobody else's. */
static void test_changing_ones_own_password(void **state)
{
    struct fleet *f = *state;
    static const struct row rows[] = {
        {VERA, "manage/ChangePassword", "{'NewPassWord':'secret-2'}",
         FAILS(500, "OldPassWord: value missing")},
        {VERA, "manage/ChangePassword", "{'OldPassWord':'secret-1'}",
         FAILS(500, "NewPassWord: value missing")},
        {VERA, "manage/ChangePassword", "{'OldPassWord':'wrong','NewPassWord':'short'}",
         FAILS(500, "NewPassWord: a password has 6 to 128 characters")},
        {VERA, "manage/ChangePassword", "{'OldPassWord':'wrong-1','NewPassWord':'secret-2'}",
         WRONG_OLD},
        {VERA, "manage/ChangePassword", "{'OldPassWord':' secret-1','NewPassWord':'secret-2'}",
         WRONG_OLD}, /* blanks count */
        {VERA, "manage/ListGroups", "{}", "...'total':2,"},
        {VERA, "manage/ChangePassword", "{'OldPassWord':'secret-1','NewPassWord':' two  blanks '}",
         DONE_ROW},
        {VERA, "manage/ListGroups", "{}", NO_TOKEN_ROW},
        {ANNA, "manage/ListGroups", "{}", "...'total':2,"},
        {NOBODY, "manage/ChangePassword", "{}", NO_TOKEN_ROW},
    };
    TRY_ROWS(f, rows);
    try_login(f, "vera", "two  blanks", FAILS(4005, "Password error"));
    try_login(f, "vera", " two  blanks ", LOGGED_IN);
}

/* Of ten wrong ones the address has to wait, with the right one too; nothing else is refused. */
static void test_guessing_the_old_password(void **state)
{
    struct fleet *f = *state;
    static const char path[] = "/api/manage/ChangePassword";
    static const char right[] = "{\"OldPassWord\":\"secret-1\",\"NewPassWord\":\"secret-2\"}";
    static const char elsewhere[] = "X-Forwarded-For: 192.0.2.9\r\n";
    static const struct row wrong = {VERA, "manage/ChangePassword",
                                     "{'OldPassWord':'guess','NewPassWord':'secret-2'}", WRONG_OLD};
    for (size_t i = 0; i < THROTTLE_ACCOUNT_FAILURES; i++) {
        try_row(f, &wrong, i);
    }
    memcpy(f->p->token, f->tokens[P_VERA], TOKEN_SIZE);
    assert_int_equal(request(f->p, "POST", path, "", right), 429);
    assert_non_null(strstr(f->p->answer, "\r\nRetry-After: "));
    assert_non_null(strstr(f->p->answer, "{\"Code\":429,\"Data\":null,\"ErrMsg\":\"Too many failed "
                                         "logins\"}"));
    try_row(f, &(struct row){VERA, "manage/ListGroups", "{}", "...'total':2,"}, 0);
    memcpy(f->p->token, f->tokens[P_VERA], TOKEN_SIZE);
    assert_int_equal(request(f->p, "POST", path, elsewhere, right), 200);
    assert_non_null(strstr(f->p->answer, DONE));
}

/* A repeat with the same RequestID makes no second one, and hears of the first. */
static void test_double_clicks(void **state)
{
    static const struct row rows[] = {
        {ANNA, "manage/AddUser", NEW(",'RequestID':'a'"), ANSWERS("{'UserID':8}")},
        {ANNA, "manage/AddUser", NEW(",'RequestID':'a'"), ANSWERS("{'UserID':8}")},
        {ANNA, "manage/AddUser", NEW(",'RequestID':'b'"), NAME_TAKEN},
        {BERTA, "manage/AddUser", NEW(",'RequestID':'a'"), NAME_TAKEN},
        {ANNA, "manage/AddGroup", "{'GroupName':'x','RequestID':'a'}", ANSWERS("{'GroupID':4}")},
        {ANNA, "manage/AddGroup", "{'GroupName':'x','RequestID':'a'}", ANSWERS("{'GroupID':4}")},
        {ROOT, "manage/AddEnterprise", "{'HoldName':'x','RequestID':'a'}", ANSWERS("{'HoldID':3}")},
        {ROOT, "manage/AddEnterprise", "{'HoldName':'x','RequestID':'a'}", ANSWERS("{'HoldID':3}")},
        {ROOT, "manage/AddEnterprise", "{'HoldName':'x'}", ANSWERS("{'HoldID':4}")},
        {ANNA, "manage/ListUsers", "{'Key':'new'}", "...'total':1,"},
    };
    TRY_ROWS(*state, rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(test_lists),
        FLEET_TEST(test_what_a_user_needs),
        FLEET_TEST(test_names_are_unique),
        FLEET_TEST(test_who_manages_them),
        FLEET_TEST(test_changing_them),
        FLEET_TEST(test_expiry),
        FLEET_TEST(test_deleting),
        FLEET_TEST(test_changing_ones_own_password),
        FLEET_TEST(test_guessing_the_old_password),
        FLEET_TEST(test_double_clicks),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
