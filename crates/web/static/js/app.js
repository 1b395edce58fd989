// What every page needs. Everything works without it, too; this makes it quicker.
import "./menus.js";
import "./keyboard.js";
import "./search.js";
