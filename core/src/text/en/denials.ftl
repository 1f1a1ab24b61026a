# denials
