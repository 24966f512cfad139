"""Cookies only as a test sends them: the client itself keeps none."""

from http.cookiejar import DefaultCookiePolicy

from starlette.testclient import TestClient


def keep_no_cookies(http: TestClient) -> None:
    http.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
