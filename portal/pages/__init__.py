"""The shell's own pages, and the list of every route of the product."""

from portal.pages.home import show_home
from portal.pages.sign_in import post_sign_in, post_sign_out, show_sign_in

ROUTES = [show_home, show_sign_in, post_sign_in, post_sign_out]
