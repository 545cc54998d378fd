/** On a narrow screen the row of tabs scrolls: the current one must be in sight. */
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
