package discover
import ("testing";"os";"path/filepath";"bufio";"encoding/json";"fmt";"time")
func TestZZ(t *testing.T){
 dir:=os.Getenv("ZZDIR")
 f,_:=os.Open(filepath.Join(dir,"truth.jsonl")); sc:=bufio.NewScanner(f); sc.Buffer(make([]byte,1<<20),64<<20)
 pages,links,next,nof,noURL:=0,0,0,0,0; var took time.Duration
 for sc.Scan(){ var r map[string]any; json.Unmarshal(sc.Bytes(),&r)
  id,_:=r["id"].(string); u,_:=r["url"].(string); if u=="" {noURL++; u="http://x.example/"}
  b,err:=os.ReadFile(filepath.Join(dir,"pages",id+".html")); if err!=nil {continue}
  start:=time.Now()
  l,n,_,err:=Links(b,"",address(t,u)); took+=time.Since(start)
  if err!=nil {nof++; fmt.Println(err,u)}
  pages++; links+=len(l); next+=len(n)
  for _,x:=range l { if x.Kind==KindNext { fmt.Printf("NEXT %q %s  @ %s\n",x.Text,x.URL,u)}}
 }
 fmt.Println(dir,pages,"pages",links,"links",next,"next",nof,"nofollow",noURL,"nourl",took)
}
