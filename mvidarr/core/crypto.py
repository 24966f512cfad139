"""Keys derived from the one secret: encryption of stored secrets and short-lived signed values."""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import BadData, URLSafeTimedSerializer

from mvidarr.core.errors import Error


class Unreadable(Error):
    """Something encrypted or signed was not made with one of our keys, or is too old."""

    title = "That value cannot be read with the present secret"


def derive(secret: str, purpose: str) -> bytes:
    """32 bytes for one purpose; keys of different purposes have nothing in common."""
    kdf = HKDF(algorithm=SHA256(), length=32, salt=b"mvidarr", info=purpose.encode())
    return kdf.derive(secret.encode())


class Vault:
    """Encrypts with the first secret, reads with any of them."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        self._secrets = secrets
        keys = (base64.urlsafe_b64encode(derive(secret, "encrypt")) for secret in secrets)
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def encrypt(self, plain: str) -> str:
        return self._fernet.encrypt(plain.encode()).decode("ascii")

    def decrypt(self, sealed: str) -> str:
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except (InvalidToken, ValueError) as error:
            raise Unreadable from error

    def sign(self, value: object, *, salt: str) -> str:
        return self._serializer(salt).dumps(value)

    def unsign(self, token: str, *, salt: str, max_age: int) -> object:
        """The signed value; `max_age` in seconds. Raises Unreadable."""
        try:
            return self._serializer(salt).loads(token, max_age=max_age)
        except BadData as error:
            raise Unreadable from error

    def queue_key(self) -> str:
        return derive(self._secrets[0], "queue").hex()

    def _serializer(self, salt: str) -> URLSafeTimedSerializer:
        keys = [derive(secret, "sign").hex() for secret in reversed(self._secrets)]
        return URLSafeTimedSerializer(keys, salt=salt)  # signs with the last, reads with all


def digest(token: str) -> str:
    """SHA-256 of a random token: what the database keeps of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())
