"""`python -m andante` is the program `andante`, where its folder is not on the PATH."""

from andante.cli import main

if __name__ == "__main__":
    main()
